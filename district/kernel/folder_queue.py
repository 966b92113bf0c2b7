"""The broker of the embedded default: a folder of messages, each of which appears whole.

kombu's own file-system transport creates a message's file before it fills it, and moves it through
the machine's temporary folder: a busy reader finds empty messages there and its worker dies of one.
"""

import os
import time
import uuid
from pathlib import Path
from queue import Empty
from typing import Any

from kombu.transport import filesystem
from kombu.utils.encoding import bytes_to_str, str_to_bytes
from kombu.utils.json import dumps, loads

_LITTER = (".draft", ".taken")
_LITTER_AGE = 3600


class Channel(filesystem.Channel):
    """Writes beside and renames; takes by renaming, which only one of several readers can do."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:
        final = self._folder / f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        draft = final.with_name(final.name + ".draft")
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.rename(final)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self._folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            taken = self._folder / f"{name}.taken"
            try:
                (self._folder / name).rename(taken)
            except FileNotFoundError:
                continue
            payload = taken.read_bytes()
            taken.unlink()
            return loads(bytes_to_str(payload))
        raise Empty

    @property
    def _folder(self) -> Path:
        return Path(self.data_folder_in)


class Transport(filesystem.Transport):
    Channel = Channel


def prepare_folders(options: dict[str, Any]) -> None:
    """The broker's folders exist, without what killed processes left half-written or half-read."""
    for name in ("data_folder_in", "control_folder", "processed_folder"):
        Path(options[name]).mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in Path(options["data_folder_in"]).iterdir():
        if left.suffix in _LITTER and time.time() - left.stat().st_mtime > _LITTER_AGE:
            left.unlink(missing_ok=True)

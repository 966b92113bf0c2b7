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
    """Writes beside and renames; takes by renaming, which only one of several readers can do.

    Which queue an exchange leads to is known from the code on both sides, so no file need say it.
    """

    supports_fanout = False

    def get_table(self, exchange: str) -> Any:
        return (self.state.exchanges or {})[exchange]["table"]

    def _delete(self, queue: str, *_: Any, **__: Any) -> None:
        self._purge(queue)

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        final = self._folder / f"{time.time_ns():020}_{uuid.uuid4()}.{queue}.msg"
        draft = final.with_name(final.name + ".draft")
        draft.write_bytes(str_to_bytes(dumps(payload)))
        draft.rename(final)

    def _get(self, queue: str, timeout: float | None = None) -> Any:
        for name in sorted(os.listdir(self._folder)):
            if name.partition(".")[2] != f"{queue}.msg":
                continue
            claimed_path = self._folder / f"{name}.taken"
            try:
                (self._folder / name).rename(claimed_path)
            except FileNotFoundError:
                continue
            payload = claimed_path.read_bytes()
            claimed_path.unlink()
            return loads(bytes_to_str(payload))
        raise Empty

    @property
    def _folder(self) -> Path:
        return Path(self.data_folder_in)


class Transport(filesystem.Transport):
    Channel = Channel
    implements = filesystem.Transport.implements.extend(exchange_type=frozenset({"direct"}))


def prepare_folders(options: dict[str, Any]) -> None:
    """The broker's folder exists, without what killed processes left half-written or half-read."""
    folder = Path(options["data_folder_in"])
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for leftover in folder.iterdir():
        if leftover.suffix in _LITTER and time.time() - leftover.stat().st_mtime > _LITTER_AGE:
            leftover.unlink(missing_ok=True)

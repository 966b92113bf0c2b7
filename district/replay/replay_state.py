"""What one run leaves for the next and no table or API holds: secrets shown once, and refusals."""

import json
import os
import threading
from pathlib import Path
from typing import Any


class ReplayState:
    """A file only its owner can read, beside the other secrets of the data folder.

    With it a second run signs nobody in again and issues no key, and goes on where the first one
    stopped. Without it the run does all of that anew and comes to the same figures.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._alone = threading.Lock()
        written = _read(path)
        self._secrets: dict[str, str] = written.get("secrets", {})
        self._refused: set[int] = set(written.get("refused", []))

    def secret(self, kind: str, number: int) -> str | None:
        """What was kept for the till or phone of this number; whether it still works is not known."""
        return self._secrets.get(f"{kind}-{number}")

    def keep(self, kind: str, number: int, secret: str) -> None:
        self._secrets[f"{kind}-{number}"] = secret

    def was_refused(self, member: int) -> bool:
        """Whether something of this member was ever refused, which the statement does not show."""
        return member in self._refused

    def note_refusal(self, member: int) -> None:
        """Remember it now, not at the end, which a killed run does not reach."""
        with self._alone:
            if member not in self._refused:
                self._refused.add(member)
                self.save()

    def save(self) -> None:
        """Written beside and moved into place, so that a killed run leaves the old or the new."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump({"secrets": self._secrets, "refused": sorted(self._refused)}, file)
        fresh.replace(self._path)


def _read(path: Path) -> dict[str, Any]:
    try:
        written = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return written if isinstance(written, dict) else {}

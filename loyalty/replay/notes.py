"""Keeps what the players were given and no table can say again: till keys and session tokens."""

import json
import os
from pathlib import Path
from typing import Any


class Credentials:
    """A file only its owner can read, beside the other secrets of the data folder.

    With it a second run signs nobody in again and issues no key; without it, it does both anew.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._kept = _read(path)

    def get(self, kind: str, number: int) -> str | None:
        """What was kept for the till or phone of this number; whether it still works is not known."""
        return self._kept.get(f"{kind}-{number}")

    def keep(self, kind: str, number: int, secret: str) -> None:
        self._kept[f"{kind}-{number}"] = secret

    def save(self) -> None:
        """Written beside and moved into place, so that a killed run leaves the old or the new."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._kept, file)
        fresh.replace(self._path)


def _read(path: Path) -> dict[str, str]:
    try:
        kept: Any = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: secret for name, secret in kept.items() if isinstance(secret, str)}

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

    def get(self, kind: str, number: int, owner: str) -> str | None:
        """What was kept for the till or phone of this number, if it is still the same owner's."""
        kept = self._kept.get(f"{kind}-{number}")
        return kept[1] if kept and kept[0] == owner else None

    def keep(self, kind: str, number: int, owner: str, secret: str) -> None:
        self._kept[f"{kind}-{number}"] = [owner, secret]

    def save(self) -> None:
        """Written beside and moved into place, so that a killed run leaves the old or the new."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._kept, file)
        fresh.replace(self._path)


def _read(path: Path) -> dict[str, list[str]]:
    try:
        kept: Any = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(kept, dict):
        return {}
    return {name: pair for name, pair in kept.items() if _is_pair(pair)}


def _is_pair(pair: Any) -> bool:
    return isinstance(pair, list) and len(pair) == 2 and all(isinstance(p, str) for p in pair)  # noqa: PLR2004

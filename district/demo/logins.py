"""DATA_DIR/demo_logins.json: who can come in, readable by its owner alone, never in the repository."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

from django.conf import settings

_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
FILE = "demo_logins.json"


class Logins:
    """The file, written before what it opens is committed: a killed run never leaves a lock without its key."""

    def __init__(self, stamp: str) -> None:
        self.path = Path(settings.DATA_DIR) / FILE
        kept = _read(self.path)
        self.is_ours = kept.get("stamp") == stamp
        self.kept: dict[str, Any] = kept if self.is_ours else {"stamp": stamp}

    def __getitem__(self, name: str) -> Any:
        return self.kept.get(name)

    def save_entries(self, **entries: Any) -> None:
        """Written beside and moved into place, so that a killed run leaves the old or the new."""
        self.kept |= entries
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self.kept, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path)


def new_password() -> str:
    """Eighty random bits that can be typed: k7mp-w3xd-9fq2-h8ts."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(4)) for _ in range(4))
    return "-".join(groups)


def _read(path: Path) -> dict[str, Any]:
    try:
        kept: Any = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return kept if isinstance(kept, dict) else {}

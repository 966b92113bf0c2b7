"""Log files that other processes append to."""

import os
import shutil
from pathlib import Path

LIMIT = 10 * 1024 * 1024


def trim(log: Path, limit: int = LIMIT) -> None:
    """The file stays below its limit, with one predecessor; whoever appends goes on at its new end."""
    if log.exists() and log.stat().st_size > limit:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)


def last_line(log: Path) -> str:
    """The line a person wants to see first when the writer has died."""
    if not log.exists():
        return "it said nothing"
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 16_384))
        lines = stream.read().decode(errors="replace").strip().splitlines()
    telling = [
        line
        for line in lines
        if any(word in line for word in ("FATAL", "PANIC", "Error:", "ERROR"))
    ]
    return (telling or lines or ["it said nothing"])[-1].strip()

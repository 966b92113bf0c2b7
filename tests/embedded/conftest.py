"""Processes and folders of the embedded server's own tests."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from district.embedded.home import Home
from district.embedded.processes import send


def processes_at(folder: Path) -> list[int]:
    """The living processes that were started with their data in that folder."""
    mark = f"DISTRICT_DATA_DIR={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if mark in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def command_line(pid: int) -> str:
    """The words a process was started with; empty once it has ended, at whatever moment."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A data folder of the test's own; whatever still runs there afterwards is killed."""
    folder = tmp_path / "data"
    yield folder
    for pid in processes_at(folder):
        if pid != os.getpid():
            send(pid, 9)
    Home(folder / "postgres").remove()

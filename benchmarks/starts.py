"""How long a person waits for `manage.py demo`: in a fresh clone, and when the demo is already there.

These have nothing to compare with: the limit is one second, so that the ratio is the seconds themselves.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.bench import Incorrect
from benchmarks.comparison import wait_for_quiet
from benchmarks.report import BenchmarkResult, Target
from benchmarks.scale import Scale
from district.embedded import ports
from district.embedded.paths import CLONE, ROOT_DATA_DIR, fingerprint
from district.embedded.processes import wait_until
from district.embedded.server_processes import live_processes

PATIENCE = 300.0
SEEDED = re.compile(r"^\S+ +seed +the demo district is complete$", re.MULTILINE)
BUILT = re.compile(r"environment ready after (\d+) s")
# Loses what the audit reads; nothing smaller could be undone by the seeding that still runs.
SPOIL = "from django.db import connection; connection.cursor().execute('drop table loyalty_draw cascade')"


@dataclass
class Clone:
    """A fresh clone of this repository and its demo, in an environment without settings."""

    folder: Path
    log_text: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """HOME for pip's cache, PATH for Python; the machine may keep its packages behind a configured pip."""
        python = Path(getattr(sys, "_base_executable", "") or sys.executable).parent
        kept = {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        return {**kept, "HOME": str(Path.home()), "PATH": f"{python}:{os.defpath}"}

    @property
    def data(self) -> Path:
        return (
            ROOT_DATA_DIR / fingerprint(self.folder)
            if os.geteuid() == 0
            else self.folder / ".district"
        )

    @property
    def commit(self) -> str:
        return _output("git", "-C", str(self.folder), "rev-parse", "--short", "HEAD")

    def command(self, *words: str) -> list[str]:
        return ["python3", "manage.py", *words]

    def seconds_to_ready(self, *options: str, seeded: bool = False, corrupt: bool = False) -> float:
        """From the command to `/readyz` saying 200; then, where asked, it is filled, and in any case checked and stopped.

        Raises Incorrect.
        """
        port = ports.any_free()
        log = self.folder.parent / "demo.log"
        with log.open("wb") as output:
            began = time.monotonic()
            demo = subprocess.Popen(
                self.command("demo", "--port", str(port), *options),
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            self._wait(demo, log, lambda: ports.answers(port, "/readyz"))
            seconds = time.monotonic() - began
            if seeded:
                self._wait(demo, log, lambda: SEEDED.search(log.read_text()) is not None)
            self._require_sound(corrupt=corrupt)
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(60)
            self.log_text = log.read_text()
        self._require_gone(demo.returncode, port)
        return seconds

    def _wait(self, demo: subprocess.Popen[bytes], log: Path, true: Callable[[], bool]) -> None:
        come = wait_until(lambda: demo.poll() is not None or true(), PATIENCE)
        if not come or demo.poll() is not None:
            raise Incorrect(f"the demo does not come up: {log.read_text()[-600:]}")

    def _require_sound(self, *, corrupt: bool) -> None:
        """Every table and function the ledger needs is there, and the audit finds nothing."""
        for words in [("shell", "-c", SPOIL)] * corrupt + [
            ("migrate", "--check"),
            ("audit",),
        ]:
            done = subprocess.run(
                self.command(*words),
                cwd=self.folder,
                env=self.environment,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise Incorrect(f"{words[0]}: {(done.stdout + done.stderr)[-300:]}")

    def _require_gone(self, code: int, port: int) -> None:
        """Raises Incorrect when the stopped demo left something running."""
        left = [*live_processes(self.data / "postgres" / "data")]
        if code or left or ports.accepts(port):
            raise Incorrect(f"the demo ended with {code} and left {left}: {self.log_text[-300:]}")


def cold_start(scale: Scale, *, corrupt: bool = False) -> BenchmarkResult:
    """A clean clone, an empty environment, pip's cache as it is: until `/readyz` answers."""
    runs: list[Any] = []
    building: list[Any] = []
    commit = ""
    for _ in range(scale.rounds):
        with _clone(scale) as clone:
            wait_for_quiet(scale)
            runs.append(clone.seconds_to_ready(*_filling(scale), corrupt=corrupt))
            building += map(int, BUILT.findall(clone.log_text))
            commit = clone.commit
    return _result(
        "cold_start", runs, Target(60, 30, less_is_better=True), commit, environment_s=building
    )


def warm_start(scale: Scale, *, corrupt: bool = False) -> BenchmarkResult:
    """A demo that is complete, stopped and started again: until `/readyz` answers."""
    with _clone(scale) as clone:
        clone.seconds_to_ready(*_filling(scale), seeded=not scale.tiny)
        runs = []
        for _ in range(scale.rounds):
            wait_for_quiet(scale)
            runs.append(clone.seconds_to_ready(*_filling(scale), corrupt=corrupt))
        return _result("warm_start", runs, Target(5, 2, less_is_better=True), clone.commit)


def _result(
    name: str, runs: list[float], target: Target, commit: str, **details: object
) -> BenchmarkResult:
    return BenchmarkResult(
        name=name,
        ours=min(runs),
        limit=1.0,
        unit="s",
        limit_is="one second: floor and aim are seconds, less is better",
        target=target,
        runs={"ours": [round(seconds, 2) for seconds in runs]},
        details={"commit": commit, **details},
    )


def _filling(scale: Scale) -> list[str]:
    return ["--empty"] if scale.tiny else []


@contextmanager
def _clone(scale: Scale) -> Iterator[Clone]:
    """A clone at HEAD, gone with its data after the block. Raises Incorrect where there is nothing to clone."""
    with tempfile.TemporaryDirectory(prefix="district-start-") as name:
        # As root, PostgreSQL's account must get at the wheel below.
        Path(name).chmod(0o755)
        clone = Clone(Path(name) / "clone")
        _output("git", "clone", "-q", str(CLONE), str(clone.folder))
        if scale.tiny:
            # Whether everything runs is seen as well without a minute of pip.
            (clone.folder / ".venv").symlink_to(sys.prefix, target_is_directory=True)
        try:
            yield clone
        finally:
            shutil.rmtree(clone.data, ignore_errors=True)


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Incorrect(f"{' '.join(command[:2])}: {done.stderr.strip()}")
    return done.stdout.strip()

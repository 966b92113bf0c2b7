"""The processes a supervisor runs: started, watched, restarted with back-off, stopped."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from district.embedded.logfiles import last_line, trim
from district.embedded.paths import CLONE
from district.embedded.processes import kill_with_parent

SLOWEST_RESTART = 30.0
SETTLED = 30.0  # a child that lived this long starts again without delay
PATIENCE = 15.0  # for an orderly end

Tell = Callable[[str, str], None]


def never() -> bool:
    return False


@dataclass
class Child:
    """One process that should always run. Its output goes to a log file, what becomes of it to `tell`."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    tell: Tell
    answers: Callable[["Child"], bool] | None = None
    ready_words: str = "runs"

    process: subprocess.Popen[bytes] | None = field(default=None, init=False)
    ready: bool = field(default=False, init=False)
    _started: float = field(default=0.0, init=False)
    _due: float = field(default=0.0, init=False)
    _pause: float = field(default=0.0, init=False)
    _log_began: int = field(default=0, init=False)

    def start(self) -> None:
        self.ready = False
        self._started = time.monotonic()
        with self.log.open("ab") as log:
            self._log_began = log.tell()
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=self._output(log.fileno()),
                stderr=log,
                cwd=CLONE,
                env=self.environment,
                # The terminal's Ctrl-C is ours alone to pass on, in order.
                start_new_session=True,
                preexec_fn=kill_with_parent(os.getpid()),  # noqa: PLW1509 - no threads here
            )

    def check_once(self) -> None:
        """One round of watching: notices the first answer, a death, the end of a pause."""
        if self.process is None:
            if time.monotonic() >= self._due:
                self.start()
            return
        code = self.process.poll()
        if code is not None:
            self._release()
            self._on_exit(code)
        elif not self.ready and (self.answers is None or self.answers(self)):
            self.ready = True
            after = f" ({time.monotonic() - self._started:.1f} s)" if self.answers else ""
            self.tell(self.name, self.ready_words + after)
        trim(self.log)

    def output_so_far(self) -> str:
        """The beginning of what this process has written since its start."""
        with self.log.open("rb") as log:
            log.seek(self._log_began)
            return log.read(65536).decode(errors="replace")

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_for_exit(self, impatient: Callable[[], bool] = never) -> None:
        """The process has ended: by itself within its patience, else with everything it started."""
        if self.process is None:
            return
        end = time.monotonic() + PATIENCE
        while self.process.poll() is None and time.monotonic() < end and not impatient():
            time.sleep(0.02)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._release()

    def _release(self) -> None:
        self.process = None

    def _output(self, log: int) -> int:
        return log

    def _on_exit(self, code: int) -> None:
        self._pause_before_restart()
        after = f"starting again in {self._pause:.1f} s"
        self.tell(self.name, f"{exit_text(code)} ({last_line(self.log)}); {after}")

    def _pause_before_restart(self) -> None:
        now = time.monotonic()
        settled = now - self._started > SETTLED
        self._pause = 0.2 if settled or not self._pause else min(self._pause * 2, SLOWEST_RESTART)
        self._due = now + self._pause


@dataclass
class OneShot(Child):
    """A process that should run once to its end; its output lines are shown. Given up after a few tries."""

    done: Callable[[bool], None] = lambda _: None
    tries: int = 5

    finished: bool = field(default=False, init=False)
    _partial_line: bytes = field(default=b"", init=False)

    def check_once(self) -> None:
        if self.finished:
            return
        self.ready = True
        self._read_output()
        super().check_once()

    def _output(self, log: int) -> int:
        return subprocess.PIPE

    def start(self) -> None:
        super().start()
        assert self.process is not None
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)

    def _release(self) -> None:
        self._read_output()
        if self.process is not None and self.process.stdout is not None:
            self.process.stdout.close()
        super()._release()

    def _read_output(self) -> None:
        if self.process is None or self.process.stdout is None:
            return
        with contextlib.suppress(BlockingIOError):
            while chunk := os.read(self.process.stdout.fileno(), 65536):
                *lines, self._partial_line = (self._partial_line + chunk).split(b"\n")
                for line in lines:
                    self.tell(self.name, line.decode(errors="replace").rstrip())

    def _on_exit(self, code: int) -> None:
        self.tries -= 1
        if code == 0 or self.tries == 0:
            self.finished = True
            if code:
                self.tell(
                    self.name,
                    f"{exit_text(code)} ({last_line(self.log)}); given up, see {self.log}",
                )
            self.done(code == 0)
        else:
            super()._on_exit(code)


def exit_text(code: int) -> str:
    """An exit status in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"

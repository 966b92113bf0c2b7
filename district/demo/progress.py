"""How far the seeding is: a bar for a person, lines for the supervisor."""

from threading import Lock
from typing import IO, Protocol

from django.core.management.base import OutputWrapper
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

_EVERY_PERCENT = 5


class ProgressMeter(Protocol):
    """Where the seeding tells how far it is; many threads may."""

    def begin(self, total: int, done: int = 0) -> None:
        """So many steps in all, some of them done by an earlier run."""

    def step(self, steps: int = 1) -> None: ...

    def phase(self, words: str) -> None: ...

    def end(self, words: str) -> None: ...


class ProgressLines:
    """A line for about every five percent."""

    def __init__(self, out: IO[str] | OutputWrapper) -> None:
        self._out = out
        self._lock = Lock()
        self._total, self._done, self._last_percent, self._words = 0, 0, -_EVERY_PERCENT, ""

    def begin(self, total: int, done: int = 0) -> None:
        self._total, self._done = max(total, 1), done

    def phase(self, words: str) -> None:
        self._words = words
        if not self._total:
            # Nothing can be counted yet, and a person waits already.
            self._write_line(words)

    def step(self, steps: int = 1) -> None:
        with self._lock:
            self._done += steps
            percent = 100 * self._done // self._total
            if percent >= self._last_percent + _EVERY_PERCENT:
                self._last_percent = percent - percent % _EVERY_PERCENT
                self._write_line(f"{percent:3d} %  {self._words}")

    def end(self, words: str) -> None:
        self._write_line(words)

    def _write_line(self, line: str) -> None:
        self._out.write(f"{line}\n")
        self._out.flush()


class ProgressBar:
    """One bar on a terminal."""

    def __init__(self) -> None:
        self._console = Console()
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=self._console,
        )
        self._task = self._bar.add_task("", start=False, total=1)

    def begin(self, total: int, done: int = 0) -> None:
        self._bar.update(self._task, total=total, completed=done)
        self._bar.start_task(self._task)
        self._bar.start()

    def phase(self, words: str) -> None:
        self._bar.update(self._task, description=words)

    def step(self, steps: int = 1) -> None:
        self._bar.advance(self._task, steps)

    def end(self, words: str) -> None:
        self._bar.stop()
        self._console.print(words, highlight=False)


def meter_for(out: IO[str] | OutputWrapper) -> ProgressMeter:
    """A bar where a person watches, lines where a program does."""
    return ProgressBar() if out.isatty() else ProgressLines(out)

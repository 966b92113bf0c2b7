"""How far a replay is, told to the person at the terminal."""

from collections.abc import Callable
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

# The exit code of a command that somebody stopped.
STOPPED = 130


class ReplayProgress(Protocol):
    """Where a run reports its progress."""

    def begin(self, title: str, steps: int) -> Callable[[], object]:
        """Start counting; what comes back is called once for each step."""


class ProgressBars:
    """Progress bars on stderr, one for each part of the run."""

    def __init__(self) -> None:
        self._bars = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(elapsed_when_finished=True),
            console=Console(stderr=True),
        )

    def __enter__(self) -> "ProgressBars":
        self._bars.start()
        return self

    def __exit__(self, *failure: object) -> None:
        self._bars.stop()

    def begin(self, title: str, steps: int) -> Callable[[], object]:
        task = self._bars.add_task(title, total=steps)
        return lambda: self._bars.advance(task)

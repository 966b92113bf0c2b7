"""Runs the demo's processes: brings them up, keeps them up, shows how they fare, stops them in order."""

import signal
import time
from collections.abc import Callable

from district.embedded.attachment import Attached
from district.embedded.child_processes import Child, Tell
from district.embedded.errors import EmbeddedError

TICK = 0.1
SUPERVISOR_CHECK_SECONDS = 1.0


class ProcessSupervisor:
    """A list of children, in the order they start; they are asked to stop in the opposite one."""

    def __init__(self, attached: Attached, tell: Tell) -> None:
        self.attached = attached
        self.tell = tell
        self.children: list[Child] = []
        self.interrupted = 0
        self._next_check = 0.0
        self._postmaster: int | None = None

    def listen(self) -> None:
        """From here on a signal asks for an orderly end, a second one for a quick one."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)

    def start(self, *children: Child) -> None:
        for child in children:
            self.children.append(child)
            child.start()

    def watch(self, until: Callable[[], bool]) -> None:
        """Looks after everybody until then, or until a signal."""
        while not (self.interrupted or until()):
            for child in tuple(self.children):
                child.check_once()
            self._look_after_database()
            time.sleep(TICK)

    def stop(self) -> None:
        """Nothing we started is left. All are asked, the last one first, before any is waited for."""
        if self.children:
            self.tell("demo", "stopping")
        for child in reversed(self.children):
            child.ask_to_stop()
        for child in reversed(self.children):
            child.wait_for_exit(impatient=lambda: self.interrupted > 1)
        self.children.clear()

    def _interrupt(self, *_: object) -> None:
        self.interrupted += 1

    def _look_after_database(self) -> None:
        """The supervisor restarts a dead server; a dead supervisor is ours to replace."""
        cluster = self.attached.cluster
        if cluster is None or time.monotonic() < self._next_check:
            return
        self._next_check = time.monotonic() + SUPERVISOR_CHECK_SECONDS
        try:
            cluster.ensure_supervisor()
        except EmbeddedError as refusal:
            self.tell("postgres", str(refusal))
        state = cluster.state
        if state is not None and state.postmaster != self._postmaster:
            if self._postmaster is not None:
                self.tell("postgres", f"had died; answers again as process {state.postmaster}")
            self._postmaster = state.postmaster

"""Join and leave one cluster."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from district.embedded.errors import EmbeddedError
from district.embedded.home import Home
from district.embedded.locks import FileLock, is_locked_exclusively, is_shared_by_others
from district.embedded.paths import CLONE
from district.embedded.processes import send, wait_until

# What a supervisor that was started answers: the server runs, or another supervisor was faster.
READY, TAKEN = "ready", "taken"
PATIENCE = 120.0  # seconds: an orderly end of an earlier server, and the start of the next one
LOOK = 0.05  # seconds between two looks of a process that waits
TRIES = 3  # of a supervisor that dies without a message while it starts


@dataclass(frozen=True)
class ServerState:
    """What the supervisor last reported about a server that answers."""

    supervisor: int
    postmaster: int
    version: str


class Cluster:
    """A running server this process uses: it stays up until its last user has left or died."""

    def __init__(self, wished: Path, profile: str) -> None:
        self.home = Home(wished)
        self.profile = profile
        self._user: FileLock | None = None

    def join(self) -> Self:
        """Counted among the users of a server that answers, started if need be.

        Raises EmbeddedError.
        """
        self.home.prepare()
        self._user = self.home.lock("users").shared()
        try:
            self._await(lambda: self.state is not None, "PostgreSQL does not come up")
        except BaseException:
            self._user.close()
            self._user = None
            raise
        return self

    def ensure_supervisor(self) -> None:
        """A supervisor is there; a killed one took the server with it, and only its users can bring both back.

        Raises EmbeddedError.
        """
        with self.home.lock("start").exclusive():
            for _ in range(TRIES):
                if not self._has_no_supervisor() or self._start_supervisor():
                    return
        raise EmbeddedError(
            f"the database's supervisor did not start; see {self.home.supervisor_log}."
        )

    def leave(self, *, wait: bool = True) -> None:
        """No user any more. Where that was the last one, the server has stopped when this returns.

        Without waiting it lingers a second, for the next command.
        """
        if self._user is None:
            return
        self._user.close()
        self._user = None
        if wait and (state := self.state) is not None and not self._has_no_supervisor():
            send(state.supervisor, signal.SIGUSR1)
            users = self.home.folder / "users.lock"
            wait_until(lambda: self._has_no_supervisor() or is_shared_by_others(users), patience=60)

    @property
    def url(self) -> str:
        return self.home.url()

    def url_of(self, database: str) -> str:
        return self.home.url(database)

    @property
    def state(self) -> ServerState | None:
        try:
            return ServerState(**json.loads(self.home.state.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def pid(self) -> int:
        """The postmaster's process id, once the server answers.

        Raises EmbeddedError.
        """
        found: list[ServerState] = []

        def answers() -> bool:
            # Read once: the file may go between two looks.
            found.extend(filter(None, [self.state]))
            return bool(found)

        self._await(answers, "PostgreSQL does not come up")
        return found[0].postmaster

    def kill9(self) -> int:
        """The postmaster dies as by a power cut; the supervisor restarts it. Returns the dead one's process id."""
        pid = self.pid
        send(pid, signal.SIGKILL)
        return pid

    def wait_back(self, dead: int, patience: float = PATIENCE) -> None:
        """Another server than the dead one answers.

        Raises EmbeddedError.
        """

        def another() -> bool:
            # Read once: the file may go between two looks.
            state = self.state
            return state is not None and state.postmaster != dead

        self._await(another, "PostgreSQL did not come back", patience)

    def _await(self, true: Callable[[], bool], refusal: str, patience: float = PATIENCE) -> None:
        """It became true; a user who waits sees to it all the while that a supervisor is there.

        The supervisor seen a moment ago may have been an earlier one on its way out.

        Raises EmbeddedError with the refusal.
        """

        def looked() -> bool:
            if self._user is not None:
                self.ensure_supervisor()
            return true()

        if not wait_until(looked, patience, pause=LOOK):
            raise EmbeddedError(f"{refusal}; see {self.home.server_log}.")

    def _has_no_supervisor(self) -> bool:
        return not is_locked_exclusively(self.home.folder / "supervisor.lock")

    def _start_supervisor(self) -> bool:
        """Whether a supervisor is there now; not when the one that was started died without a message.

        Raises EmbeddedError with the reason a supervisor gave.
        """
        command = [
            sys.executable,
            "-m",
            "district.embedded.server_supervisor",
            str(self.home.folder),
            self.profile,
        ]
        with self.home.supervisor_log.open("ab") as log:
            # The supervisor leaves our session and outlives us; the process started here only starts it.
            bringing_up = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                cwd=CLONE,
                text=True,
                check=False,
            )
        answer = bringing_up.stdout.strip()
        if answer not in {"", READY, TAKEN}:
            raise EmbeddedError(answer)
        return bool(answer)

"""The supervisor: the server's parent, which restarts it when it dies and stops it when nobody uses it any more."""

import contextlib
import dataclasses
import json
import os
import select
import signal
import sys
import time
from pathlib import Path

from district.embedded.cluster import READY, TAKEN, ServerState
from district.embedded.errors import EmbeddedError
from district.embedded.home import Home
from district.embedded.locks import try_exclusive_in_turn
from district.embedded.logfiles import trim
from district.embedded.postgres import PostgresServer
from district.embedded.processes import wait_until

LOOK = 0.5  # seconds between two looks at the users' lock
LINGER = 1.0  # how long nobody must have used the server before it is stopped
SLOWEST_RETRY = 5.0


class SignalWait:
    """Wakes the supervisor's wait when a signal arrives, and remembers which."""

    def __init__(self) -> None:
        self._reader, writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(writer, False)
        signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
        self.stop_requested = False
        self.immediate_stop_requested = False
        for number in (signal.SIGCHLD, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGUSR1, self._stop_at_once)

    def wait(self, seconds: float) -> None:
        if select.select([self._reader], [], [], seconds)[0]:
            with contextlib.suppress(BlockingIOError):
                os.read(self._reader, 1024)

    def _stop(self, *_: object) -> None:
        self.stop_requested = True

    def _stop_at_once(self, *_: object) -> None:
        self.immediate_stop_requested = True


class ServerSupervisor:
    """Supervises the one server of a home, from the first user to the last."""

    def __init__(self, home: Home, profile: str) -> None:
        self.home = home
        self.signal_wait = SignalWait()
        self.users = home.lock("users")
        self.unused_since: float | None = None
        self.home.state.unlink(missing_ok=True)
        self.server = PostgresServer(home, profile)
        self.server.create()
        self.server.start()
        self._publish_state()

    def run(self) -> None:
        """Returns, holding the users' lock alone, when the server has stopped and nobody was using it."""
        while not (self.signal_wait.stop_requested or self._is_unused()):
            self.signal_wait.wait(LOOK)
            if self.server.exited():
                self._restart_server()
            trim(self.home.server_log)
            trim(self.home.supervisor_log)
        self.home.state.unlink(missing_ok=True)
        self.server.stop()
        note("stopped")

    def _restart_server(self) -> None:
        """Starts a server that died; keeps trying, ever more slowly, for as long as somebody wants it."""
        self.home.state.unlink(missing_ok=True)
        pause = 0.1
        note(f"PostgreSQL {self.server.pid} died; starting it again")
        while not self.signal_wait.stop_requested:
            try:
                self.server.start()
            except EmbeddedError as error:
                note(str(error))
            else:
                self._publish_state()
                return
            self.signal_wait.wait(pause)
            pause = min(2 * pause, SLOWEST_RETRY)
            if self._is_unused():
                return

    def _is_unused(self) -> bool:
        """Whether nobody uses the server; the users' lock is then ours, so that whoever comes now waits."""
        if not try_exclusive_in_turn(self.users):
            self.unused_since, self.signal_wait.immediate_stop_requested = None, False
            return False
        now = time.monotonic()
        self.unused_since = self.unused_since or now
        if self.signal_wait.immediate_stop_requested or now - self.unused_since >= LINGER:
            return True
        self.users.release()
        return False

    def _publish_state(self) -> None:
        state = ServerState(
            supervisor=os.getpid(), postmaster=self.server.pid, version=self.server.binaries.version
        )
        fresh = self.home.state.with_suffix(".fresh")
        fresh.write_text(json.dumps(dataclasses.asdict(state)))
        fresh.rename(self.home.state)
        note(f"PostgreSQL {state.version} answers as process {state.postmaster}")


def note(text: str) -> None:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    print(f"{stamp} supervisor {os.getpid()}: {text}", file=sys.stderr, flush=True)


def report_start(text: str) -> None:
    """The one line the starter waits for; after it our output is nobody's."""
    print(text, flush=True)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def daemonize() -> None:
    """Goes on in a session of its own, away from the terminal and the children of whoever started us."""
    if os.fork():
        os._exit(0)
    os.setsid()


def main() -> None:
    home, profile = Home(Path(sys.argv[1])), sys.argv[2]
    daemonize()
    lock = home.lock("supervisor")
    # Whoever looks for a supervisor holds this lock for an instant; a running supervisor keeps it.
    if not wait_until(lock.try_exclusive, patience=5):
        report_start(TAKEN)
        return
    try:
        supervisor = ServerSupervisor(home, profile)
    except EmbeddedError as error:
        note(str(error))
        report_start(str(error))
        return
    report_start(READY)
    supervisor.run()


if __name__ == "__main__":
    main()

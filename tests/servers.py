"""The real web server and the real Celery worker, as processes of their own beside a test."""

import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import psutil

from district.embedded import ports, process_specs
from district.embedded.logfiles import last_line
from district.embedded.processes import kill_with_parent, wait_until
from district.replay.connection import ApiConnection

ROOT = Path(__file__).resolve().parent.parent


class ServerProcess:
    """A process of ours that a test may kill and start again."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        log: Path,
        ready: Callable[["ServerProcess"], bool],
    ) -> None:
        self.command = command
        self.env = {**env, "DJANGO_SETTINGS_MODULE": "district.settings", "PYTHONPATH": str(ROOT)}
        self.log = log
        self._ready = ready
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """It is up and answers."""
        self._from = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env=self.env,
                start_new_session=True,
                preexec_fn=kill_with_parent(os.getpid()),  # noqa: PLW1509 - only sets a signal
            )
        process = self.process
        up = wait_until(
            lambda: process.poll() is not None or self._ready(self), patience=60, pause=0.05
        )
        assert up, f"it did not come up: {last_line(self.log)}"
        assert process.poll() is None, f"it ended at once: {last_line(self.log)}"

    def log_text(self) -> str:
        """What it has written since its last start."""
        return self.log.read_bytes()[self._from :].decode(errors="replace")

    def pids(self) -> list[int]:
        """Its main process and that one's children."""
        assert self.process is not None
        return [
            self.process.pid,
            *(child.pid for child in psutil.Process(self.process.pid).children()),
        ]

    def kill9(self) -> None:
        """The process and everything it started are gone at once, without a word."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self.process = None

    def stop(self) -> None:
        """An orderly end; killed if that takes too long."""
        if self.process is None:
            return
        self.process.terminate()
        if not wait_until(
            lambda: self.process is None or self.process.poll() is not None, patience=20
        ):
            self.kill9()


class WebServer(ServerProcess):
    """Granian before the district on a free port."""

    def __init__(self, *, env: Mapping[str, str], folder: Path, workers: int = 2) -> None:
        self.port = ports.any_free()
        self.base_url = f"http://{ports.HOST}:{self.port}"
        super().__init__(
            process_specs.web_command(port=self.port, static=folder / "static", workers=workers),
            env={**env, "DISTRICT_PUBLIC_URL": self.base_url},
            log=folder / "web.log",
            # Every worker has a listening socket of its own, and only all of them survive the death of one.
            ready=lambda _: (
                self.started_workers() >= workers and ports.answers(self.port, "/livez")
            ),
        )

    def connect(self) -> ApiConnection:
        """A connection for a client of district.replay."""
        return ApiConnection(self.base_url)

    def started_workers(self) -> int:
        """How many workers have come up since the server's last start, dead ones included."""
        return self.log_text().count("Started worker-")

    def kill_worker9(self) -> int:
        """One of the processes that answer requests is killed; granian starts another. Returns the dead one's id."""
        victim = self.pids()[-1]
        os.kill(victim, signal.SIGKILL)
        return victim


class CeleryWorker(ServerProcess):
    """A Celery worker at the test's own queue."""

    def __init__(self, *, env: Mapping[str, str], folder: Path) -> None:
        super().__init__(
            process_specs.worker_command(),
            env=env,
            log=folder / "worker.log",
            ready=lambda server: " ready." in server.log_text(),
        )

"""Which processes make up a running district, and how each is started."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from district.embedded.child_processes import Child, OneShot, Tell
from district.embedded.errors import EmbeddedError
from district.embedded.paths import CLONE
from district.embedded.ports import HOST, accepts, answers

WORKERS, THREADS = 2, 4


def web_command(
    *, port: int, static: Path, workers: int = WORKERS, threads: int = THREADS
) -> list[str]:
    counts = ["--workers", str(workers), "--threads", str(threads)]
    return [
        *_module("district.embedded.web"),
        "--port",
        str(port),
        "--static",
        str(static),
        *counts,
    ]


def worker_command(*, concurrency: int = 2) -> list[str]:
    # Threads make it one process, with no children of its own to be left behind.
    options = ["--pool=threads", f"--concurrency={concurrency}", "--loglevel=INFO"]
    return [
        *_celery("worker"),
        *options,
        "--without-gossip",
        "--without-mingle",
        "--without-heartbeat",
    ]


def beat_command(*, schedule: Path) -> list[str]:
    return [*_celery("beat"), f"--schedule={schedule}", "--pidfile=", "--loglevel=WARNING"]


def sandbox_command(*, port: int, data_dir: Path, public_url: str) -> list[str]:
    """WeChat's stand-in, which tells the district at `public_url` of payments in its stores, and pushes messages."""
    wechat = f"{public_url.rstrip('/')}/wechat"
    options = {
        "--port": str(port),
        "--data-dir": str(data_dir),
        "--mall-notify-url": f"{wechat}/business-circle/notices",
        "--message-url": f"{wechat}/messages",
    }
    words = [word for option in options.items() for word in option]
    return [*_module("district.wechat.sandbox"), *words]


def sandbox_merchant(*, base: str, data_dir: Path) -> dict[str, str]:
    """The settings of the sandbox's merchant at WeChat Pay, whose keys are made on first use.

    Raises EmbeddedError.
    """
    command = [*_module("district.wechat.sandbox.pay"), "--data-dir", str(data_dir), "--base", base]
    done = subprocess.run(command, cwd=CLONE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EmbeddedError(f"the sandbox's merchant cannot be made: {done.stderr.strip()[-300:]}")
    settings: dict[str, str] = json.loads(done.stdout)
    return settings


def manage_command(root: Path, *words: str) -> list[str]:
    return [sys.executable, str(root / "manage.py"), *words]


@dataclass(frozen=True)
class ProcessSpecs:
    """The demo's processes, sharing an environment, a log folder and somebody to tell."""

    root: Path
    data_dir: Path
    environment: Mapping[str, str]
    tell: Tell

    def web(self, *, port: int, static: Path) -> Child:
        return Child(
            **self._common("web", web_command(port=port, static=static)),
            answers=lambda _: answers(port, "/livez"),
            ready_words=f"http://{HOST}:{port}/ answers, {WORKERS} workers x {THREADS} threads",
        )

    def sandbox(self, *, port: int, public_url: str) -> Child:
        command = sandbox_command(port=port, data_dir=self.data_dir, public_url=public_url)
        return Child(
            **self._common("wechat", command),
            answers=lambda _: accepts(port),
            ready_words=f"sandbox at http://{HOST}:{port}/ plays WeChat",
        )

    def worker(self) -> Child:
        return Child(
            **self._common("worker", worker_command()),
            answers=lambda child: " ready." in child.output_so_far(),
            ready_words="delivers events and runs tasks",
        )

    def beat(self) -> Child:
        schedule = self.data_dir / "beat-schedule"
        return Child(
            **self._common("beat", beat_command(schedule=schedule)), ready_words="rings timed tasks"
        )

    def parking(self, *, url: str) -> Child:
        """Gates and counters of car parks that report to the district, once it is seeded."""
        command = manage_command(self.root, "simulate_parking", "--base-url", url)
        return Child(**self._common("parking", command), ready_words="simulates gates and counters")

    def seeding(self, done: Callable[[bool], None]) -> OneShot:
        return OneShot(**self._common("seed", manage_command(self.root, "seed_demo")), done=done)

    def _common(self, name: str, command: list[str]) -> dict[str, Any]:
        log = self.data_dir / "log" / f"{name}.log"
        return {
            "name": name,
            "command": command,
            "environment": self.environment,
            "log": log,
            "tell": self.tell,
        }


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _celery(part: str) -> list[str]:
    return [*_module("celery"), "--app=district.celery", "--quiet", part]

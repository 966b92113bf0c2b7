"""`manage.py replay_receipts PATH`: posts a data set through the till API, prints the figures."""

import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)

from loyalty.replay.errors import ReplayError
from loyalty.replay.formats import FORMATS
from loyalty.replay.run import ReplayOptions, replay

MOST_CONNECTIONS = 64
STOPPED = 130


class Command(BaseCommand):
    help = (
        "Post a real data set through the HTTP till API and print its figures as one JSON object."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", help="folder or table of the data set")
        parser.add_argument("--format", metavar="NAME", help=" | ".join(FORMATS))
        parser.add_argument("--households", metavar="N", help="only the N smallest member numbers")
        parser.add_argument(
            "--connections", metavar="C", default="8", help="members side by side (8)"
        )
        parser.add_argument(
            "--base-url", metavar="URL", help="a running server in replay mode on the same database"
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="post every event once more instead of going on where the last run stopped",
        )

        parser.add_argument(
            "--batch",
            action="store_true",
            help="post receipts and refunds as files through the batch API, without spendings",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        replay_options = ReplayOptions(
            path=Path(options["path"]),
            format=options["format"],
            households=_whole(options["households"], "--households"),
            connections=_whole(options["connections"], "--connections", MOST_CONNECTIONS) or 1,
            base_url=options["base_url"],
            again=options["again"],
            batch=options["batch"],
        )
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with ProgressBars() as bars:
                result = replay(replay_options, bars)
        except ReplayError as trouble:
            raise CommandError(str(trouble)) from trouble
        except KeyboardInterrupt:
            self.stderr.write(_("已停止；再次运行同一命令即可从停下处继续。"))
            sys.exit(STOPPED)
        self.stdout.write(json.dumps(result, ensure_ascii=False))
        if result["refused"]:
            raise CommandError(_("有 {count} 项被拒绝。").format(count=len(result["refused"])))


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


def _whole(text: str | None, name: str, most: int = 2**31) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:12]) <= most:
        raise CommandError(
            _("{name} 须是 1 至 {most} 的整数，而不是 {text}。").format(
                name=name, most=most, text=text
            )
        )
    return int(text)

"""`manage.py replay_receipts PATH`: posts a data set through the till API, prints the figures."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from district.replay.errors import ReplayError
from district.replay.progress import STOPPED, ProgressBars
from district.replay.receipts.formats import FORMATS
from district.replay.receipts.run import ReplayOptions, replay

MOST_CONNECTIONS = 64


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

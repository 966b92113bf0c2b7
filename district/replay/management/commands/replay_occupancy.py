"""`manage.py replay_occupancy PATH`: plays real counts of car parks through the feed's API, prints the figures."""

import json
import math
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from district.replay.errors import ReplayError
from district.replay.occupancy.run import replay
from district.replay.progress import STOPPED, ProgressBars


class Command(BaseCommand):
    help = (
        "Report the counts of birmingham_parking through the HTTP feed API, each at its own instant,"
        " and print the figures as one JSON object."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", help="file or folder of the data set")
        parser.add_argument(
            "--speed-up",
            type=float,
            metavar="N",
            help="the data's time passes N times as fast as ours; as fast as the server answers if not given",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        speed_up: float | None = options["speed_up"]
        if speed_up is not None and not (math.isfinite(speed_up) and speed_up > 0):
            raise CommandError(_("--speed-up 须大于 0。"))
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with ProgressBars() as bars:
                figures = replay(Path(options["path"]), bars, speed_up=speed_up)
        except ReplayError as trouble:
            raise CommandError(str(trouble)) from trouble
        except KeyboardInterrupt:
            self.stderr.write(_("已停止；再次运行同一命令即可从停下处继续。"))
            sys.exit(STOPPED)
        self.stdout.write(json.dumps(figures, ensure_ascii=False))

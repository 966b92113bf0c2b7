"""`manage.py replay_complaints PATH`: plays real complaints through the APIs, prints the figures."""

import json
import signal
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from district.replay.complaints.run import replay
from district.replay.errors import ReplayError
from district.replay.progress import STOPPED, ProgressBars


class Command(BaseCommand):
    help = (
        "Play the consumer complaints of the CFPB through the HTTP APIs of shopper and merchant, the officer's"
        " verbs and the timers, and print their figures as one JSON object."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", metavar="PATH", help="file or folder of the data set")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            with ProgressBars() as bars:
                figures = replay(Path(options["path"]), bars)
        except ReplayError as trouble:
            raise CommandError(str(trouble)) from trouble
        except KeyboardInterrupt:
            self.stderr.write(_("已停止；再次运行同一命令即可从停下处继续。"))
            sys.exit(STOPPED)
        self.stdout.write(json.dumps(figures, ensure_ascii=False))

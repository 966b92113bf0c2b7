"""Run the whole district on this machine until Ctrl-C."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from district import bootstrap
from district.embedded.demo import Demo

HIGHEST_PORT = 65535


class Command(BaseCommand):
    help = "Runs database, web server, Celery, the WeChat sandbox and a demo district until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--port",
            type=port_number,
            help="the web server's port; by default 8000 or the next free one",
        )
        parser.add_argument(
            "--reset", action="store_true", help="start again from an empty database"
        )
        parser.add_argument(
            "--empty", action="store_true", help="do not fill the district with demo data"
        )

    def handle(self, *, port: int | None, reset: bool, empty: bool, **_: Any) -> None:
        demo = Demo(port=port, static=Path(settings.STATIC_ROOT), began=bootstrap.began)
        demo.run(set_up=set_up, fresh=reset, seeded=not empty)


def port_number(text: str) -> int:
    """Raises ArgumentTypeError."""
    known = text.isascii() and text.isdigit() and len(text) <= len(str(HIGHEST_PORT))
    if not known or not 1 <= int(text) <= HIGHEST_PORT:
        raise ArgumentTypeError(f"a port is a number from 1 to {HIGHEST_PORT}, not {text}")
    return int(text)


def set_up(tell: Callable[[str], None]) -> None:
    """As `manage.py setup`, telling each step, without keeping a connection in the supervisor."""
    call_command("setup", verbosity=0, tell=tell)
    connections.close_all()

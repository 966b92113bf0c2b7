"""Bring the database and the static files up to this version of the code."""

from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection

from district.kernel.database.migration_runner import MigrateCommand, Tell
from district.kernel.database.named_database import DatabaseCommand

LOCK = 0x5D15781C7  # any number that nobody else uses in this database


def _ignore_progress(_: str) -> None:
    """Whoever calls the command by hand reads what Django prints."""


class Command(DatabaseCommand):
    help = "Migrates, makes the cache table, installs SQL functions, fills the calendar, collects static files; may be run again at any time."
    requires_system_checks: list[str] = []
    # Called with it by the demo, which shows each line.
    stealth_options = ("tell",)

    must_be_set_up = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--no-static", action="store_true", help="leave the static files alone")

    def work(
        self, *, no_static: bool, verbosity: int, tell: Tell = _ignore_progress, **_: Any
    ) -> None:
        with setup_lock():
            call_command(MigrateCommand(tell), interactive=False, verbosity=verbosity)
            call_command("createcachetable", verbosity=verbosity)
            if not no_static:
                tell("static files")
                call_command("collectstatic", interactive=False, verbosity=verbosity)


@contextmanager
def setup_lock() -> Iterator[None]:
    """Servers of a rolling release that start together take turns; a killed one's turn ends with its connection."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [LOCK])
        yield
        cursor.execute("select pg_advisory_unlock(%s)", [LOCK])

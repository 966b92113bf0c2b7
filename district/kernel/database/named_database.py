"""The databases of our server by name, for commands that take `--database NAME`."""

import contextlib
from abc import ABC, abstractmethod
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DEFAULT_DB_ALIAS, OperationalError, connection

from district.kernel.database import sqlfiles

# What the names of the databases begin with that replays have made.
REPLAY_PREFIX = "replay_"


class DatabaseUnusable(Exception):
    """No command can work on that database; the message is the one sentence that says why and what to run."""


class DatabaseCommand(BaseCommand, ABC):
    """A command that works on the usual database or, with `--database NAME`, on another one of the same server."""

    # Whether the other database must have the tables of this code already.
    must_be_set_up = True

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--database",
            metavar="NAME",
            help="another database of the same server, such as replay_completejourney",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            with switch_database(options["database"], set_up=self.must_be_set_up):
                self.work(*args, **options)
        except DatabaseUnusable as refusal:
            raise CommandError(str(refusal)) from refusal

    @abstractmethod
    def work(self, *args: Any, **options: Any) -> None:
        """What the command does, once the database is at hand."""


@contextlib.contextmanager
def switch_database(name: str | None, *, set_up: bool = True) -> Iterator[None]:
    """This process works on the database of that name until the block ends; without a name, where it is.

    Raises DatabaseUnusable where there is no such database, or it lacks our tables.
    """
    if name is None:
        yield
        return
    require(name)
    elsewhere = str(connection.settings_dict["NAME"])
    use(name)
    try:
        if set_up and (reason := why_not_set_up(by_name=True)):
            raise DatabaseUnusable(reason)
        yield
    finally:
        use(elsewhere)


def require(name: str) -> None:
    """A database of that name exists on the server.

    Raises DatabaseUnusable, naming those that do.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select datname from pg_database where datallowconn and not datistemplate order by 1"
        )
        names = [database for (database,) in cursor.fetchall()]
    if name not in names:
        raise DatabaseUnusable(
            f"there is no database {name} on this server; there are: {', '.join(names)}."
        )


def use(name: str) -> None:
    """Point this process at another database of the same server, as Django's test runner does."""
    connection.close()
    settings.DATABASES[DEFAULT_DB_ALIAS]["NAME"] = name
    connection.settings_dict["NAME"] = name


def is_replay() -> bool:
    """Whether this process works on the database of a replay."""
    return str(connection.settings_dict["NAME"]).startswith(REPLAY_PREFIX)


def why_not_set_up(*, by_name: bool = False) -> str | None:
    """The sentence for a database that cannot be reached or lacks tables or functions of this code; else None."""
    name = str(connection.settings_dict["NAME"])
    try:
        connection.ensure_connection()
    except OperationalError as error:
        first_line = str(error).strip().split("\n", 1)[0]
        return f"database {name} cannot be reached: {first_line}"
    if sqlfiles.everything_applied("default") and not sqlfiles.not_installed("default"):
        return None
    state = "is empty" if not connection.introspection.table_names() else "is not of this version"
    if by_name:
        return f"database {name} {state}; run `python3 manage.py setup --database {name}` first."
    return (
        f"database {name} {state}; run `python3 manage.py setup` first,"
        " or `python3 manage.py demo`, which also fills it."
    )

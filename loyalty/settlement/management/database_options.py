"""On which database a command of the settlement works: ours, a replay's, or another one by its name."""

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import CommandError, CommandParser

from district.kernel.database.named_database import DatabaseUnusable, switch_database
from loyalty.replay.database import PREFIX, finished_replay
from loyalty.replay.errors import ReplayError


def add_database(parser: CommandParser) -> None:
    """The options `--database NAME` and, short for a replay's database, `--replay FORMAT`."""
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--database", metavar="NAME", help="another database of the same server, by its name"
    )
    which.add_argument(
        "--replay", metavar="FORMAT", help=f"the database of a replay, as --database {PREFIX}FORMAT"
    )


@contextlib.contextmanager
def at_database(options: Mapping[str, Any]) -> Iterator[bool]:
    """The command works there until the block ends; whether that is the database of a replay.

    Raises CommandError.
    """
    replay, name = options["replay"], options["database"]
    if replay is not None:
        name = f"{PREFIX}{replay}"
    is_replay = name is not None and name.startswith(PREFIX)
    try:
        with finished_replay(name) if is_replay else switch_database(name):
            yield is_replay
    except (DatabaseUnusable, ReplayError) as refusal:
        raise CommandError(str(refusal)) from refusal

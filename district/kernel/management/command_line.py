"""Runs a management command; a database that is not ready for it is one sentence, not a traceback."""

import sys
from collections.abc import Sequence

from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError, connection

from district.kernel.database.named_database import why_not_set_up


def execute(arguments: Sequence[str]) -> None:
    """As Django's own; exits with one sentence where tables are missing or the server cannot be reached."""
    try:
        execute_from_command_line(list(arguments))
    except (ProgrammingError, OperationalError):
        # What was begun is over; whether the database is to blame is asked on a connection of its own.
        connection.close()
        if reason := why_not_set_up():
            sys.exit(f"district: {reason}")
        raise

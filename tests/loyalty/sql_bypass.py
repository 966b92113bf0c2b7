"""Going round the code: what the tables say to a statement no verb makes."""

import pytest
from django.db import DatabaseError, connection, transaction


def run(*statements):
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def refused(match, statement):
    """The statement is refused, with what was written before it checked at once."""
    run("set constraints all immediate")
    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run(statement)
    run("set constraints all deferred")

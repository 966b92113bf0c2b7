"""Transactions of other databases, which on a shared test server hold the horizon back for a while."""

import time

import pytest
from django.db import connection

_OLDER = """
    select count(*) from pg_stat_activity
    where datname <> current_database()
        and backend_xid::text::bigint <= greatest(
            (select coalesce(max(xid::text::bigint), 0) from loyalty_transfer),
            (select coalesce(max(xid::text::bigint), 0) from settlement_booking))
"""


def wait_for_other_transactions() -> None:
    """Wait until no other database has a transaction older than our newest line.

    A horizon is taken over the whole server. Another worker's test that has just written in its own
    database would leave our last lines above it: right, and settled next time, but not what a test
    of one cycle expects.
    """
    for _ in range(1200):
        with connection.cursor() as cursor:
            # Within a transaction the server would show us the same activity for ever.
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(_OLDER)
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)
    pytest.fail("a transaction of another database does not end")

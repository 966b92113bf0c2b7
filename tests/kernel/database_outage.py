"""A database that turns everybody away for a while."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from django.db import connection
from psycopg import sql

from tests.databases import Database, conninfo_url


@contextmanager
def database_outage(database: Database) -> Iterator[None]:
    """Every connection to it is cut and none is accepted, as when PostgreSQL restarts; then it is back."""
    connection.close()
    name = sql.Identifier(database.name)
    with psycopg.connect(conninfo_url(database.url, "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("alter database {} allow_connections false").format(name))
        server.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = %s",
            [database.name],
        )
        try:
            yield
        finally:
            server.execute(sql.SQL("alter database {} allow_connections true").format(name))

"""Migrations applied with each changed model rendered alone make the very database Django's own way makes."""

import os
from io import StringIO

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from district.kernel.database.migration_runner import MigrateCommand
from tests.databases import use_database

SCHEMA = """
    select 'column', table_name || '.' || column_name, data_type || coalesce(column_default, '') || is_nullable
    from information_schema.columns where table_schema = 'public'
    union all select 'constraint', conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
    from pg_constraint where connamespace = 'public'::regnamespace
    union all select 'index', indexname, indexdef from pg_indexes where schemaname = 'public'
    union all select 'trigger', tgrelid::regclass || '.' || tgname, pg_get_triggerdef(oid)
    from pg_trigger where not tgisinternal
    order by 1, 2, 3
"""


@pytest.fixture
def empty(databases, django_db_blocker):
    names = [f"district_test_{os.getpid()}_0{place}" for place in "ab"]
    with psycopg.connect(databases.url, autocommit=True) as server:
        for name in names:
            server.execute(f'create database "{name}"')
    with django_db_blocker.unblock():
        yield [databases.url_of(name) for name in names]
    for name in names:
        databases.drop(name)


def schema():
    with connection.cursor() as cursor:
        cursor.execute(SCHEMA)
        return cursor.fetchall()


@pytest.mark.slow
def test_the_database_is_the_same_as_by_djangos_own_way_and_progress_is_told(empty):
    ours, djangos = empty
    messages: list[str] = []
    with use_database(ours):
        call_command(MigrateCommand(messages.append), interactive=False, verbosity=0)
        made = schema()
    with use_database(djangos):
        call_command("migrate", interactive=False, verbosity=0)
        assert schema() == made
    connections.close_all()

    assert len(made) > 1_000
    assert messages[0].startswith("tables: 0 of ")


@pytest.mark.django_db
def test_what_is_applied_already_is_nothing_to_tell():
    messages: list[str] = []

    call_command(MigrateCommand(messages.append), interactive=False, verbosity=0, stdout=StringIO())

    assert messages == []

"""Commands on another database of the server, and on one that is not ready: one sentence each."""

import os
import subprocess
import sys
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from district.kernel.database.named_database import DatabaseUnusable, switch_database
from tests.databases import Databases

ROOT = settings.ROOT


@pytest.fixture
def other(databases: Databases) -> Iterator[str]:
    """The name of a second database of the server, set up."""
    name = databases.clone()
    yield name
    connection.close()
    databases.drop(name)


@pytest.fixture
def empty(databases: Databases) -> Iterator[str]:
    """The name of a database without a table."""
    name = f"district_test_{os.getpid()}_0"
    with psycopg.connect(databases.url, autocommit=True) as server:
        server.execute(f'create database "{name}"')
    yield name
    connection.close()
    databases.drop(name)


def run(*words: str, url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_command_works_on_the_database_it_is_told_and_comes_back(real_db, other):
    with switch_database(other):
        assert current_database() == other

    assert current_database() == real_db.name


@pytest.mark.parametrize("apps", [(), ("coupons", "issuing")])
def test_an_audit_reads_another_database(real_db, other, capsys, apps):
    call_command("audit", *apps, "--database", other)

    assert "clean: " in capsys.readouterr().out
    assert current_database() == real_db.name


@pytest.mark.usefixtures("real_db")
def test_a_settlement_works_on_another_database(other, capsys):
    with pytest.raises(CommandError, match="nobody of the staff is called zhang"):
        call_command("settle", "--proposer=zhang", "--approver=wang", f"--database={other}")
    with pytest.raises(CommandError, match="there is no such statement"):
        call_command("export_statement", "1", "largest", f"--database={other}")


@pytest.mark.usefixtures("real_db")
@pytest.mark.parametrize(
    "words",
    [
        ("audit", "--database=nowhere"),
        ("audit", "coupons", "--database=nowhere"),
        ("rewrap_keys", "--database=nowhere"),
        ("setup", "--database=nowhere"),
        ("settle", "--proposer=a", "--approver=b", "--database=nowhere"),
        ("settle", "--proposer=a", "--approver=b", "--database=replay_nowhere"),
        ("export_statement", "1", "largest", "--database=replay_nowhere"),
    ],
)
def test_a_name_that_is_none_is_one_sentence_and_makes_no_database(words):
    with pytest.raises(
        CommandError,
        match=r"there is no database (replay_)?nowhere on this server; there are: .*\.$",
    ):
        call_command(*words)


@pytest.mark.usefixtures("real_db")
def test_a_database_without_tables_is_one_sentence(empty):
    with (
        pytest.raises(
            DatabaseUnusable,
            match=f"database {empty} is empty; run `python3 manage.py setup --database {empty}` first.",
        ),
        switch_database(empty),
    ):
        pytest.fail("there is nothing to work on")


@pytest.mark.parametrize(
    "words",
    [
        ("audit",),
        ("settle", "--proposer=a", "--approver=b"),
        ("seed_demo",),
        # One of Django's own: nothing of ours is asked before it fails.
        ("createsuperuser", "--noinput", "--username=zhang"),
    ],
    ids=lambda words: words[0],
)
def test_on_an_empty_database_every_command_says_what_to_run_first(databases, empty, words):
    done = run(*words, url=databases.url_of(empty))

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"district: database {empty} is empty; run `python3 manage.py setup` first,"
        " or `python3 manage.py demo`, which also fills it."
    )
    assert "Traceback" not in done.stderr


def test_a_server_that_is_not_there_is_one_sentence():
    done = run("audit", url="postgres://nobody@127.0.0.1:9/nothing")

    assert done.returncode == 1
    assert done.stderr.startswith("district: database nothing cannot be reached: ")
    assert len(done.stderr.splitlines()) == 1


def current_database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("select current_database()")
        return str(cursor.fetchone()[0])

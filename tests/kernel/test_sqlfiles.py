"""Repeatable SQL files: the database holds what the files say."""

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from django.db import ProgrammingError, connection, transaction

from district.kernel.database import sqlfiles
from district.kernel.database.postgres import call, call_record
from tests.race import race

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.fixture
def one_file(tmp_path, monkeypatch):
    """sqlfiles as if the district had just this one file."""
    path = tmp_path / "answer.sql"
    monkeypatch.setattr(
        sqlfiles, "sql_files", lambda: iter([("test/answer.sql", path.read_text())])
    )

    def write(answer: int) -> None:
        path.write_text(
            "create or replace function test_answer() returns bigint language sql as"
            f" $$ select {answer}::bigint $$;"
        )

    write(42)
    return write


@pytest.mark.django_db
def test_a_file_is_installed_once_and_again_when_it_changed(one_file):
    assert sqlfiles.install() == ["test/answer.sql"]
    assert call("test_answer") == 42
    assert sqlfiles.install() == []

    one_file(43)

    assert sqlfiles.install() == ["test/answer.sql"]
    assert call("test_answer") == 43


@pytest.mark.django_db
def test_a_function_with_other_parameters_and_results_takes_the_place_of_the_old(
    one_file, tmp_path
):
    sqlfiles.install()
    (tmp_path / "answer.sql").write_text(
        "create or replace function test_answer(p_sum bigint, out answer bigint, out half bigint)"
        " language sql as $$ select p_sum, p_sum / 2 $$;"
    )

    sqlfiles.install()

    assert call_record("test_answer", 42) == {"answer": 42, "half": 21}
    with pytest.raises(ProgrammingError, match="does not exist"):
        call("test_answer")


@pytest.mark.django_db
def test_a_broken_file_leaves_everything_as_it_was(one_file, tmp_path):
    sqlfiles.install()
    (tmp_path / "answer.sql").write_text("create or replace function broken")

    with pytest.raises(Exception, match="syntax error"), transaction.atomic():
        sqlfiles.install()

    assert call("test_answer") == 42


def test_processes_that_set_up_the_same_database_take_turns(real_db, one_file):
    outcomes = race(*[partial(sqlfiles.install)] * 8)

    assert sorted(outcomes) == [[]] * 7 + [["test/answer.sql"]]
    assert call("test_answer") == 42


def test_two_set_ups_at_once_both_succeed(real_db):
    with connection.cursor() as cursor:
        cursor.execute("delete from kernel_sqlfile")
    command = [sys.executable, str(ROOT / "manage.py"), "setup", "--no-static", "--verbosity=0"]

    running = [subprocess.Popen(command, env=dict(real_db.env)) for _ in range(2)]

    assert [process.wait(timeout=120) for process in running] == [0, 0]
    assert sqlfiles.install() == []

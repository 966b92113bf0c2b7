"""The door to SQL functions."""

import pytest
from django.db import DatabaseError, DataError, connection, transaction

from district.kernel.database import postgres
from district.kernel.database.postgres import call, refusal_of_sql
from district.kernel.errors import DomainError, KeyReused

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def only_here(monkeypatch):
    monkeypatch.setattr(postgres, "_refusals", dict(postgres._refusals))


def function(body: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "create function test_refuse(p_asked bigint) returns bigint language plpgsql as"
            f" $body$ begin {body} end $body$"
        )


def test_gives_what_the_function_returns():
    function("return p_asked + 1;")

    assert call("test_refuse", 41) == 42


def test_a_refusal_of_sql_becomes_the_refusal_of_that_name_with_its_facts():
    @refusal_of_sql
    class NotEnough(DomainError):
        code, wording = "not_enough", "可用 {balance}，需要 {asked}。"

    function(
        "raise exception 'not_enough' using errcode = 'SD409',"
        " detail = jsonb_build_object('balance', 80, 'asked', p_asked);"
    )

    with pytest.raises(NotEnough) as refusal, transaction.atomic():
        call("test_refuse", 100)

    assert refusal.value.facts == {"balance": 80, "asked": 100}
    assert refusal.value.detail == "可用 80，需要 100。"
    assert refusal.value.__suppress_context__


def test_a_refusal_without_facts_needs_none():
    function("raise exception 'idempotency_key_reused' using errcode = 'SD422';")

    with pytest.raises(KeyReused), transaction.atomic():
        call("test_refuse", 1)


def test_a_refusal_nobody_named_stays_an_error():
    function("raise exception 'no_such_refusal' using errcode = 'SD409';")

    with pytest.raises(DatabaseError, match="no_such_refusal"), transaction.atomic():
        call("test_refuse", 1)


def test_other_errors_pass_with_their_cause():
    function("return p_asked / 0;")

    with pytest.raises(DataError, match="division by zero") as error, transaction.atomic():
        call("test_refuse", 1)

    assert getattr(error.value.__cause__, "sqlstate", None) == "22012"

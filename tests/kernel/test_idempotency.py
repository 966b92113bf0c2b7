"""Idempotency keys."""

import time
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import partial
from threading import Thread

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import RequestFactory

from district.kernel import idempotency
from district.kernel.clock import SHANGHAI
from district.kernel.errors import DomainError, KeyMissing, KeyReused, NotFound
from district.kernel.idempotency import Key
from district.kernel.models import Idem
from tests.race import race

TEA = Key.of("merchant:12:earn", "k1", drink="tea")
MILK = Key.of("merchant:12:earn", "k1", drink="milk")


def act(key: Key, result: int = 7) -> int:
    """The shape of a verb: claim, do, answer."""
    with transaction.atomic():
        earlier = idempotency.claim_key(key)
        if earlier is not None:
            return earlier
        idempotency.store_result(key, result)
        return result


@pytest.mark.django_db
def test_the_same_key_with_the_same_terms_gives_the_first_answer():
    assert act(TEA, result=7) == 7
    assert act(TEA, result=8) == 7
    assert [row.result for row in Idem.objects.all()] == [7]


@pytest.mark.django_db
def test_a_result_keeps_its_kind_where_an_act_may_come_to_different_things():
    asked = Key.of("merchant:12:spend", "k1", points=20_000)
    act(TEA, result=7)
    with transaction.atomic():
        idempotency.claim_key(asked)
        idempotency.store_result(asked, 7, kind="hold")

    assert (idempotency.kind_of(TEA), idempotency.kind_of(asked)) == ("", "hold")


@pytest.mark.django_db
def test_the_same_key_with_other_terms_is_refused_and_nothing_is_written():
    act(TEA, result=7)

    with pytest.raises(KeyReused), transaction.atomic():
        act(MILK, result=8)

    assert [(bytes(row.terms), row.result) for row in Idem.objects.all()] == [(TEA.terms, 7)]


@pytest.mark.django_db
def test_another_scope_is_another_key():
    act(TEA, result=7)

    assert act(Key.of("merchant:13:earn", "k1", drink="tea"), result=8) == 8


@pytest.mark.django_db
def test_a_refusal_is_not_stored_so_the_key_stays_free():
    class SoldOut(DomainError):
        pass

    def refused() -> None:
        with transaction.atomic():
            assert idempotency.claim_key(TEA) is None
            raise SoldOut

    with pytest.raises(SoldOut):
        refused()

    assert not Idem.objects.exists()
    assert act(MILK, result=9) == 9


@pytest.mark.django_db
def test_a_key_claimed_twice_before_its_answer_is_a_bug_and_not_a_second_act():
    idempotency.claim_key(TEA)

    with pytest.raises(DatabaseError, match="never answered"), transaction.atomic():
        idempotency.claim_key(TEA)


@pytest.mark.django_db
def test_an_answer_known_beforehand_is_stored_with_the_claim():
    with connection.cursor() as cursor:
        cursor.execute("select kernel_claim(%s, %s, %s, 5)", [TEA.scope, TEA.key, TEA.terms])

    assert idempotency.claim_key(TEA) == 5


@pytest.mark.django_db
def test_who_repeats_a_request_too_late_still_hears_what_came_of_it():
    act(TEA, result=7)

    assert idempotency.replay_or_raise(TEA, NotFound()) == 7
    with pytest.raises(KeyReused):
        idempotency.replay_or_raise(MILK, NotFound())
    with pytest.raises(NotFound):
        idempotency.replay_or_raise(Key.of("merchant:12:earn", "new"), NotFound())


def test_terms_are_told_apart_whatever_their_order_or_offset():
    noon = datetime(2026, 3, 1, 12, tzinfo=SHANGHAI)

    assert Key.of("s", "k", a=1, b=2) == Key.of("s", "k", b=2, a=1)
    assert Key.of("s", "k", at=noon) == Key.of("s", "k", at=noon.astimezone(UTC))
    assert Key.of("s", "k", at=noon) != Key.of("s", "k", at=noon + timedelta(microseconds=1))
    assert Key.of("s", "k", a=1) != Key.of("s", "k", a="1")
    assert Key.of("s", "k", a=1) != Key.of("s", "k", a=True)
    assert Key.of("s", "k", a=None) != Key.of("s", "k")
    assert Key.of("s", "k", day=date(2026, 3, 1)) != Key.of("s", "k", day=date(2026, 3, 2))
    assert Key.of("s", "k", name="茶") != Key.of("s", "k", name="奶")


@pytest.mark.parametrize("term", [object(), Decimal("1.0"), b"bytes", {1, 2}])
def test_a_term_that_another_process_might_write_differently_is_a_bug(term):
    with pytest.raises(TypeError):
        Key.of("s", "k", term=term)


@pytest.mark.parametrize("text", ["k", "x" * 255, "!~", "0190-7f3e_A.b:c/d+e=="])
def test_a_key_is_1_to_255_visible_ascii_characters(text):
    assert idempotency.header_key(request_with_key(text)) == text


@pytest.mark.parametrize(
    "text", [None, "", " ", "a b", "x" * 256, "键", "a\tb", "a\x7fb", "a\0b", "\xa0", "é"]
)
def test_other_keys_count_as_missing(text):
    with pytest.raises(KeyMissing):
        idempotency.header_key(request_with_key(text))


def request_with_key(key: str | None):
    return RequestFactory().post("/", headers={} if key is None else {"Idempotency-Key": key})


def test_one_key_at_sixteen_connections_is_one_act(real_db):
    for turn in range(20):
        key = Key.of("race", f"k{turn}")

        outcomes = race(*[partial(act, key, result) for result in range(100, 116)])

        assert len(set(outcomes)) == 1, outcomes
        assert Idem.objects.get(scope="race", key=f"k{turn}").result == outcomes[0]


def test_other_terms_at_the_same_instant_one_is_served_and_one_refused(real_db):
    for turn in range(20):
        keys = [Key.of("race", f"k{turn}", drink=drink) for drink in ("tea", "milk")]

        outcomes = race(*[partial(act, key, 7) for key in keys])

        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["KeyReused", "int"]
        assert Idem.objects.filter(key=f"k{turn}").count() == 1


@pytest.mark.parametrize("first_one_commits", [True, False])
def test_a_twin_waits_until_the_first_one_has_ended(real_db, first_one_commits):
    results: list[int] = []

    def twin() -> None:
        results.append(act(TEA, result=8))
        connection.close()

    waiting = Thread(target=twin)
    with transaction.atomic():
        idempotency.claim_key(TEA)
        waiting.start()
        time.sleep(0.5)
        assert results == []
        idempotency.store_result(TEA, 7)
        transaction.set_rollback(not first_one_commits)
    waiting.join(timeout=10)

    assert results == [7 if first_one_commits else 8]

"""The transactional outbox: delivered if and only if it happened, to everybody who listens."""

import time
from datetime import timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction

from district.kernel import audit, clock, tasks
from district.kernel.models import AuditLine, OutboxRow
from district.kernel.outbox import delivery, events
from district.kernel.outbox.events import emit, subscribe, unsubscribe
from tests.kernel.sample_events import (
    ListenerFailure,
    MilkServed,
    NotPlain,
    TeaPoured,
    delivered,
    failing_handler,
)
from tests.race import race

pytestmark = pytest.mark.usefixtures("no_listeners")


@pytest.mark.django_db
def test_a_fact_is_kept_with_its_name_and_values():
    emit(TeaPoured(cup=1))

    row = OutboxRow.objects.get()
    assert (row.name, row.payload) == ("TeaPoured", {"cup": 1, "guest": "mem_1"})
    assert (row.completed_handlers, row.attempts, row.delivered_at, row.set_aside_at) == (
        [],
        0,
        None,
        None,
    )


@pytest.mark.django_db
def test_a_fact_of_other_than_plain_values_is_a_bug():
    with pytest.raises(TypeError), transaction.atomic():
        emit(NotPlain(at=clock.now()))

    assert not OutboxRow.objects.exists()


def test_a_fact_is_told_only_if_its_transaction_commits(real_db):
    received: list[dict[str, Any]] = []
    subscribe(TeaPoured, received.append, name="listener")

    with pytest.raises(ListenerFailure):
        serve_and_fail()
    with transaction.atomic():
        emit(TeaPoured(cup=2))
        assert delivered_elsewhere() == 0

    assert delivery.deliver_due() == 1
    assert received == [{"cup": 2, "guest": "mem_1"}]


@transaction.atomic
def serve_and_fail() -> None:
    emit(TeaPoured(cup=1))
    raise ListenerFailure


def delivered_elsewhere() -> int:
    """What another connection finds to deliver."""
    (found,) = race(delivery.deliver_due)
    return int(found)


@pytest.mark.django_db
def test_everybody_who_listens_hears_it_once_and_the_oldest_first():
    tea: list[dict[str, Any]] = []
    more_tea: list[dict[str, Any]] = []
    milk: list[dict[str, Any]] = []
    subscribe(TeaPoured, tea.append, name="a")
    subscribe("TeaPoured", more_tea.append, name="b")
    subscribe(MilkServed, milk.append, name="a")
    for event in (TeaPoured(cup=1), MilkServed(cup=2), TeaPoured(cup=3)):
        emit(event)

    assert (delivery.deliver_due(), delivery.deliver_due()) == (3, 0)
    assert [payload["cup"] for payload in tea] == [1, 3]
    assert [payload["cup"] for payload in more_tea] == [1, 3]
    assert [payload["cup"] for payload in milk] == [2]
    assert delivered() == [1, 2, 3]


@pytest.mark.django_db
def test_subscribing_again_under_the_same_name_is_not_hearing_twice():
    received: list[dict[str, Any]] = []
    for _ in range(2):
        subscribe(TeaPoured, received.append, name="listener")
    emit(TeaPoured(cup=1))
    delivery.deliver_due()

    assert len(received) == 1
    unsubscribe(TeaPoured, "listener")
    assert events.events_with_consumers() == []


@pytest.mark.django_db
def test_what_nobody_listens_to_passes_in_one_statement(django_assert_num_queries):
    subscribe(MilkServed, failing_handler, name="listener")
    for cup in range(300):
        emit(TeaPoured(cup=cup))

    with django_assert_num_queries(1):
        assert delivery.deliver_due() == 300
    assert delivered() == list(range(300))


@pytest.mark.django_db
def test_what_a_handler_writes_is_kept_with_the_mark_that_it_heard():
    def wash(payload: dict[str, Any]) -> None:
        audit.record(verb="wash", subject=f"cup:{payload['cup']}")

    subscribe(TeaPoured, wash, name="a")
    emit(TeaPoured(cup=1))
    delivery.deliver_due()

    assert list(AuditLine.objects.values_list("subject", flat=True)) == ["cup:1"]


def test_two_workers_share_the_rows_and_tell_each_once(real_db):
    received: list[int] = []

    def slowly(payload: dict[str, int]) -> None:
        time.sleep(0.005)
        received.append(payload["cup"])

    subscribe(TeaPoured, slowly, name="a")
    for cup in range(100):
        emit(TeaPoured(cup=cup))

    taken = race(*[partial(tasks.deliver_events)] * 4)

    assert sorted(received) == list(range(100))
    assert sum(taken) == 100
    assert sum(count > 0 for count in taken) >= 2
    assert delivered() == list(range(100))


def test_a_row_in_work_holds_nobody_up(real_db):
    working, go_on = Event(), Event()
    received: list[int] = []

    def first_one_waits(payload: dict[str, int]) -> None:
        if payload["cup"] == 1:
            working.set()
            assert go_on.wait(20)
        received.append(payload["cup"])

    def deliver() -> None:
        delivery.deliver_due()
        connection.close()

    subscribe(TeaPoured, first_one_waits, name="a")
    for cup in (1, 2, 3):
        emit(TeaPoured(cup=cup))
    slow = Thread(target=deliver)
    slow.start()
    assert working.wait(10)

    began = time.monotonic()
    assert delivery.deliver_due() == 2
    assert time.monotonic() - began < 1
    assert received == [2, 3]
    # Even when its time to be tried again has come, somebody is at it.
    OutboxRow.objects.filter(payload__cup=1, delivered_at=None).select_for_update(skip_locked=True)
    with time_machine.travel(clock.real_now() + timedelta(hours=1)):
        assert delivery.deliver_due() == 0
    go_on.set()
    slow.join(10)

    assert received == [2, 3, 1]


@pytest.mark.django_db
def test_what_was_told_is_forgotten_after_thirty_days_and_nothing_else():
    now = clock.real_now()
    old, young = now - timedelta(days=30, seconds=1), now - timedelta(days=29)
    kept = [
        OutboxRow.objects.create(name="Young", payload={}, delivered_at=young),
        OutboxRow.objects.create(name="Waiting", payload={}, created_at=old),
        OutboxRow.objects.create(name="Aside", payload={}, created_at=old, set_aside_at=old),
    ]
    OutboxRow.objects.create(name="Old", payload={}, delivered_at=old)

    tasks.purge()

    assert list(OutboxRow.objects.order_by("pk")) == kept

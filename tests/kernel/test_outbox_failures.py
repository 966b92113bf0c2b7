"""The transactional outbox: what fails is tried again, set aside, replayed, and blocks nobody."""

import logging
from typing import Any

import pytest
import time_machine
from django.db import connection

from district.kernel import attempts, audit, clock, tasks
from district.kernel.models import AuditLine, OutboxRow
from district.kernel.outbox import delivery
from district.kernel.outbox.events import emit, subscribe
from tests.kernel.sample_events import ListenerFailure, MilkServed, TeaPoured, failing_handler

pytestmark = pytest.mark.usefixtures("no_listeners")


@pytest.mark.django_db
def test_a_failing_handler_writes_nothing_and_does_not_stop_the_others():
    def writes_and_fails(payload: dict[str, Any]) -> None:
        audit.record(verb="wash", subject="cup:1")
        raise ListenerFailure

    received: list[dict[str, Any]] = []
    subscribe(TeaPoured, writes_and_fails, name="a")
    subscribe(TeaPoured, received.append, name="b")
    emit(TeaPoured(cup=1))

    assert delivery.deliver_due() == 1

    row = OutboxRow.objects.get()
    assert (row.completed_handlers, row.attempts, row.last_error, row.delivered_at) == (
        ["b"],
        1,
        "ListenerFailure",
        None,
    )
    assert len(received) == 1
    assert not AuditLine.objects.exists()


@pytest.mark.django_db
def test_a_database_error_in_a_handler_spoils_only_that_handler():
    def divides(payload: dict[str, Any]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1 / 0")

    received: list[dict[str, Any]] = []
    subscribe(TeaPoured, divides, name="a")
    subscribe(TeaPoured, received.append, name="b")
    emit(TeaPoured(cup=1))
    delivery.deliver_due()

    assert (OutboxRow.objects.get().completed_handlers, OutboxRow.objects.get().last_error) == (
        ["b"],
        "DataError",
    )


@pytest.mark.django_db
def test_who_has_heard_is_not_told_again_when_another_handler_recovers():
    received: list[dict[str, Any]] = []
    subscribe(TeaPoured, failing_handler, name="a")
    subscribe(TeaPoured, received.append, name="b")
    emit(TeaPoured(cup=1))
    with time_machine.travel(clock.real_now(), tick=False) as now:
        delivery.deliver_due()
        assert delivery.deliver_due() == 0  # it waits
        subscribe(TeaPoured, received.append, name="a")
        now.shift(2)
        assert delivery.deliver_due() == 1

    row = OutboxRow.objects.get()
    assert (sorted(row.completed_handlers), row.attempts) == (["a", "b"], 2)
    assert row.delivered_at is not None
    assert len(received) == 2


def attempts_until_set_aside() -> list[int]:
    """At which seconds a poison event is tried."""
    tried: list[int] = []
    began = clock.real_now()
    with time_machine.travel(began, tick=False) as now:
        while OutboxRow.objects.filter(set_aside_at=None).exists():
            if delivery.deliver_due():
                tried.append(round((clock.real_now() - began).total_seconds()))
            now.shift(1)
    return tried


@pytest.mark.django_db
def test_a_poison_event_is_tried_eight_times_ever_more_rarely_and_then_set_aside(caplog):
    subscribe(TeaPoured, failing_handler, name="a")
    emit(TeaPoured(cup=1))

    with caplog.at_level(logging.CRITICAL, "district.outbox"):
        assert attempts_until_set_aside() == [0, 2, 6, 14, 30, 62, 126, 254]

    row = OutboxRow.objects.get()
    assert (row.attempts, row.last_error, row.completed_handlers, row.delivered_at) == (
        8,
        "ListenerFailure",
        [],
        None,
    )


@pytest.mark.django_db
def test_the_words_of_an_error_are_kept_nowhere(caplog):
    subscribe(TeaPoured, failing_handler, name="a")
    emit(TeaPoured(cup=1))
    with caplog.at_level(logging.ERROR, "district.outbox"):
        delivery.deliver_due()

    assert OutboxRow.objects.get().last_error == "ListenerFailure"
    assert [record.getMessage() for record in caplog.records] == ["handler failed"]


@pytest.mark.django_db
def test_an_event_set_aside_can_be_replayed_to_those_who_have_not_heard_it(caplog):
    received: list[dict[str, Any]] = []
    subscribe(TeaPoured, failing_handler, name="a")
    subscribe(TeaPoured, received.append, name="b")
    emit(TeaPoured(cup=1))
    with caplog.at_level(logging.CRITICAL, "district.outbox"):
        attempts_until_set_aside()
    subscribe(TeaPoured, received.append, name="a")

    assert delivery.deliver_due() == 0
    assert attempts.replay(OutboxRow.objects.all()) == 1
    assert attempts.replay(OutboxRow.objects.all()) == 0
    assert delivery.deliver_due() == 1

    assert len(received) == 2
    row = OutboxRow.objects.get()
    assert (sorted(row.completed_handlers), row.set_aside_at) == (["a", "b"], None)
    assert row.delivered_at is not None


@pytest.mark.django_db
def test_poison_events_block_nobody(caplog):
    received: list[dict[str, Any]] = []
    subscribe(TeaPoured, failing_handler, name="a")
    subscribe(MilkServed, received.append, name="a")
    for cup in range(50):
        emit(TeaPoured(cup=cup))
    emit(MilkServed(cup=99))

    with (
        caplog.at_level(logging.CRITICAL, "district.outbox"),
        time_machine.travel(clock.real_now(), tick=False),
    ):
        tasks.deliver_events()

    assert received == [{"cup": 99}]
    assert OutboxRow.objects.filter(delivered_at=None, attempts=1).count() == 50


@pytest.mark.django_db
def test_an_event_that_takes_its_worker_down_is_set_aside_too(caplog):
    """kill -9 leaves no handler time to fail: what counts is that the attempt was begun."""

    def dies(payload: dict[str, Any]) -> None:
        raise SystemExit

    subscribe(TeaPoured, dies, name="a")
    emit(TeaPoured(cup=1))
    with time_machine.travel(clock.real_now(), tick=False) as now:
        for attempt in range(8):
            with pytest.raises(SystemExit):
                delivery.deliver_due()
            assert OutboxRow.objects.get().attempts == attempt + 1
            now.shift(2 ** (attempt + 1))
        with caplog.at_level(logging.CRITICAL, "district.outbox"):
            delivery.deliver_due()

    row = OutboxRow.objects.get()
    assert row.set_aside_at is not None
    assert row.last_error == "WorkerDied"

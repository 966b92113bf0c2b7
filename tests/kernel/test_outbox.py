"""The transactional outbox: told if and only if it happened, at least once, blocking nobody."""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest
import time_machine
from django.conf import settings
from django.db import connection, transaction
from district.celery import app
from district.kernel import audit, bell, clock, events, outbox, tasks
from district.kernel.events import emit, subscribe, unsubscribe
from district.kernel.models import AuditLine, OutboxRow
from tests.race import race


@dataclass(frozen=True)
class TeaServed:
    cup: int
    guest: str = "mem_1"


@dataclass(frozen=True)
class MilkServed:
    cup: int


@dataclass(frozen=True)
class NotPlain:
    at: datetime


class Broken(Exception):
    pass


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch):
    monkeypatch.setattr(events, "_handlers", defaultdict(dict))
    monkeypatch.setattr(bell, "_quiet_until", 0.0)


def fails(payload: dict[str, object]) -> None:
    raise Broken("13812341234")


def delivered() -> list[int]:
    return [row.payload["cup"] for row in OutboxRow.objects.exclude(delivered_at=None).order_by("pk")]


# --- emit and subscribe


@pytest.mark.django_db
def test_a_fact_is_kept_with_its_name_and_values():
    emit(TeaServed(cup=1))

    row = OutboxRow.objects.get()
    assert (row.name, row.payload) == ("TeaServed", {"cup": 1, "guest": "mem_1"})
    assert (row.done, row.attempts, row.delivered_at, row.set_aside_at) == ([], 0, None, None)


@pytest.mark.django_db
def test_a_fact_of_other_than_plain_values_is_a_bug():
    with pytest.raises(TypeError), transaction.atomic():
        emit(NotPlain(at=clock.now()))

    assert not OutboxRow.objects.exists()


def test_a_fact_is_told_only_if_its_transaction_commits(real_db):
    heard: list[dict[str, object]] = []
    subscribe(TeaServed, heard.append, name="listener")

    with pytest.raises(Broken), transaction.atomic():
        emit(TeaServed(cup=1))
        raise Broken
    with transaction.atomic():
        emit(TeaServed(cup=2))
        assert told_elsewhere() == 0

    assert outbox.deliver_due() == 1
    assert heard == [{"cup": 2, "guest": "mem_1"}]


def told_elsewhere() -> int:
    """What another connection finds to deliver."""
    (found,) = race(outbox.deliver_due)
    return found


@pytest.mark.django_db
def test_everybody_who_listens_hears_it_once_and_the_oldest_first():
    tea, more_tea, milk = [], [], []
    subscribe(TeaServed, tea.append, name="a")
    subscribe("TeaServed", more_tea.append, name="b")
    subscribe(MilkServed, milk.append, name="a")
    for event in (TeaServed(cup=1), MilkServed(cup=2), TeaServed(cup=3)):
        emit(event)

    assert (outbox.deliver_due(), outbox.deliver_due()) == (3, 0)
    assert [heard["cup"] for heard in tea] == [1, 3]
    assert [heard["cup"] for heard in more_tea] == [1, 3]
    assert [heard["cup"] for heard in milk] == [2]
    assert delivered() == [1, 2, 3]


@pytest.mark.django_db
def test_subscribing_again_under_the_same_name_is_not_hearing_twice():
    heard: list[dict[str, object]] = []
    for _ in range(2):
        subscribe(TeaServed, heard.append, name="listener")
    emit(TeaServed(cup=1))
    outbox.deliver_due()

    assert len(heard) == 1
    unsubscribe(TeaServed, "listener")
    assert events.heard() == []


@pytest.mark.django_db
def test_what_nobody_listens_to_passes_in_one_statement(django_assert_num_queries):
    subscribe(MilkServed, fails, name="listener")
    for cup in range(300):
        emit(TeaServed(cup=cup))

    with django_assert_num_queries(1):
        assert outbox.deliver_due() == 300
    assert delivered() == list(range(300))


@pytest.mark.django_db
def test_what_a_handler_writes_is_kept_with_the_mark_that_it_heard():
    subscribe(TeaServed, lambda heard: audit.record(verb="wash", subject=f"cup:{heard['cup']}"), name="a")
    emit(TeaServed(cup=1))
    outbox.deliver_due()

    assert list(AuditLine.objects.values_list("subject", flat=True)) == ["cup:1"]


# --- failures


@pytest.mark.django_db
def test_a_failing_handler_writes_nothing_and_does_not_stop_the_others():
    def writes_and_fails(heard: dict[str, object]) -> None:
        audit.record(verb="wash", subject="cup:1")
        raise Broken

    heard: list[dict[str, object]] = []
    subscribe(TeaServed, writes_and_fails, name="a")
    subscribe(TeaServed, heard.append, name="b")
    emit(TeaServed(cup=1))

    assert outbox.deliver_due() == 1

    row = OutboxRow.objects.get()
    assert (row.done, row.attempts, row.last_error, row.delivered_at) == (["b"], 1, "Broken", None)
    assert len(heard) == 1
    assert not AuditLine.objects.exists()


@pytest.mark.django_db
def test_a_database_error_in_a_handler_spoils_only_that_handler():
    def divides(heard: dict[str, object]) -> None:
        with connection.cursor() as cursor:
            cursor.execute("select 1 / 0")

    heard: list[dict[str, object]] = []
    subscribe(TeaServed, divides, name="a")
    subscribe(TeaServed, heard.append, name="b")
    emit(TeaServed(cup=1))
    outbox.deliver_due()

    assert (OutboxRow.objects.get().done, OutboxRow.objects.get().last_error) == (["b"], "DataError")


@pytest.mark.django_db
def test_who_has_heard_is_not_told_again_when_another_handler_recovers():
    heard: list[dict[str, object]] = []
    subscribe(TeaServed, fails, name="a")
    subscribe(TeaServed, heard.append, name="b")
    emit(TeaServed(cup=1))
    with time_machine.travel(clock.real_now(), tick=False) as now:
        outbox.deliver_due()
        assert outbox.deliver_due() == 0  # it waits
        subscribe(TeaServed, heard.append, name="a")
        now.shift(2)
        assert outbox.deliver_due() == 1

    row = OutboxRow.objects.get()
    assert (sorted(row.done), row.attempts) == (["a", "b"], 2)
    assert row.delivered_at is not None
    assert len(heard) == 2


def attempts_until_set_aside() -> list[int]:
    """At which seconds a poison event is tried."""
    tried: list[int] = []
    began = clock.real_now()
    with time_machine.travel(began, tick=False) as now:
        while OutboxRow.objects.filter(set_aside_at=None).exists():
            if outbox.deliver_due():
                tried.append(round((clock.real_now() - began).total_seconds()))
            now.shift(1)
    return tried


@pytest.mark.django_db
def test_a_poison_event_is_tried_eight_times_ever_more_rarely_and_then_set_aside(caplog):
    subscribe(TeaServed, fails, name="a")
    emit(TeaServed(cup=1))

    with caplog.at_level(logging.CRITICAL, "district.outbox"):
        assert attempts_until_set_aside() == [0, 2, 6, 14, 30, 62, 126, 254]

    row = OutboxRow.objects.get()
    assert (row.attempts, row.last_error, row.done, row.delivered_at) == (8, "Broken", [], None)


@pytest.mark.django_db
def test_the_words_of_an_error_are_kept_nowhere(caplog):
    subscribe(TeaServed, fails, name="a")
    emit(TeaServed(cup=1))
    with caplog.at_level(logging.ERROR, "district.outbox"):
        outbox.deliver_due()

    assert OutboxRow.objects.get().last_error == "Broken"
    assert [record.getMessage() for record in caplog.records] == ["handler failed"]


@pytest.mark.django_db
def test_an_event_set_aside_can_be_replayed_to_those_who_have_not_heard_it(caplog):
    heard: list[dict[str, object]] = []
    subscribe(TeaServed, fails, name="a")
    subscribe(TeaServed, heard.append, name="b")
    emit(TeaServed(cup=1))
    with caplog.at_level(logging.CRITICAL, "district.outbox"):
        attempts_until_set_aside()
    subscribe(TeaServed, heard.append, name="a")

    assert outbox.deliver_due() == 0
    assert outbox.replay(OutboxRow.objects.all()) == 1
    assert outbox.replay(OutboxRow.objects.all()) == 0
    assert outbox.deliver_due() == 1

    assert len(heard) == 2
    row = OutboxRow.objects.get()
    assert (sorted(row.done), row.set_aside_at) == (["a", "b"], None)
    assert row.delivered_at is not None


@pytest.mark.django_db
def test_poison_events_block_nobody(caplog):
    heard: list[dict[str, object]] = []
    subscribe(TeaServed, fails, name="a")
    subscribe(MilkServed, heard.append, name="a")
    for cup in range(50):
        emit(TeaServed(cup=cup))
    emit(MilkServed(cup=99))

    with caplog.at_level(logging.CRITICAL, "district.outbox"):
        tasks.deliver_events()

    assert heard == [{"cup": 99}]
    assert OutboxRow.objects.filter(delivered_at=None, attempts=1).count() == 50


@pytest.mark.django_db
def test_an_event_that_takes_its_worker_down_is_set_aside_too(caplog):
    """kill -9 leaves no handler time to fail: what counts is that the attempt was begun."""

    def dies(heard: dict[str, object]) -> None:
        raise SystemExit

    subscribe(TeaServed, dies, name="a")
    emit(TeaServed(cup=1))
    with time_machine.travel(clock.real_now(), tick=False) as now:
        for attempt in range(8):
            with pytest.raises(SystemExit):
                outbox.deliver_due()
            assert OutboxRow.objects.get().attempts == attempt + 1
            now.shift(2 ** (attempt + 1))
        with caplog.at_level(logging.CRITICAL, "district.outbox"):
            outbox.deliver_due()

    row = OutboxRow.objects.get()
    assert row.set_aside_at is not None
    assert row.last_error == "WorkerDied"


# --- workers side by side


def test_two_workers_share_the_rows_and_tell_each_once(real_db):
    heard: list[int] = []

    def slowly(payload: dict[str, int]) -> None:
        time.sleep(0.005)
        heard.append(payload["cup"])

    subscribe(TeaServed, slowly, name="a")
    for cup in range(100):
        emit(TeaServed(cup=cup))

    taken = race(*[partial(tasks.deliver_events)] * 4)

    assert sorted(heard) == list(range(100))
    assert sum(taken) == 100
    assert sum(count > 0 for count in taken) >= 2
    assert delivered() == list(range(100))


def test_a_row_in_work_holds_nobody_up(real_db):
    working, go_on = Event(), Event()
    heard: list[int] = []

    def first_one_waits(payload: dict[str, int]) -> None:
        if payload["cup"] == 1:
            working.set()
            assert go_on.wait(20)
        heard.append(payload["cup"])

    def deliver() -> None:
        outbox.deliver_due()
        connection.close()

    subscribe(TeaServed, first_one_waits, name="a")
    for cup in (1, 2, 3):
        emit(TeaServed(cup=cup))
    slow = Thread(target=deliver)
    slow.start()
    assert working.wait(10)

    began = time.monotonic()
    assert outbox.deliver_due() == 2
    assert time.monotonic() - began < 1
    assert heard == [2, 3]
    # Even when its time to be tried again has come, somebody is at it.
    OutboxRow.objects.filter(payload__cup=1, delivered_at=None).select_for_update(skip_locked=True)
    with time_machine.travel(clock.real_now() + timedelta(hours=1)):
        assert outbox.deliver_due() == 0
    go_on.set()
    slow.join(10)

    assert heard == [2, 3, 1]


# --- the bell


def waiting_messages() -> list[str]:
    folder = Path(app.conf.broker_transport_options["data_folder_in"])
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder_broker():
    if not settings.CELERY_BROKER_URL.startswith("filesystem://"):
        pytest.skip("about the folder broker")


def test_a_commit_rings_once_a_second_and_only_if_somebody_listens(real_db, folder_broker):
    emit(TeaServed(cup=1))
    assert waiting_messages() == []

    subscribe(TeaServed, fails, name="a")
    with transaction.atomic():
        emit(TeaServed(cup=2))
        assert waiting_messages() == []
    for cup in range(3, 30):
        emit(TeaServed(cup=cup))

    assert len(waiting_messages()) == 1
    assert waiting_messages()[0].endswith(".bells.msg")


def test_a_queue_nobody_empties_gets_no_more_than_four_rings(real_db, monkeypatch):
    monkeypatch.setattr(bell, "_GAP", 0.0)
    for _ in range(20):
        bell.ring()

    assert bell.waiting(bell.QUEUE) == 4


def test_a_broker_that_is_down_costs_one_attempt_and_then_half_a_minute_of_silence(real_db, monkeypatch, caplog):
    with app.connection() as _:
        before = app.conf.broker_url, app.conf.broker_transport_options
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    app._after_fork()
    subscribe(TeaServed, fails, name="a")
    try:
        began = time.monotonic()
        with caplog.at_level(logging.WARNING, "district.outbox"):
            for cup in range(5):
                emit(TeaServed(cup=cup))
        spent = time.monotonic() - began
    finally:
        app.conf.broker_url, app.conf.broker_transport_options = before
        app._after_fork()

    assert spent < 3
    assert [record.message for record in caplog.records] == ["bell lost"]
    assert OutboxRow.objects.count() == 5


# --- forgetting


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

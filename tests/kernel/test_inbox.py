"""The inbox: a signed notice is verified, stored once, handled at least once, and blocks nobody."""

import logging
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction

from district.kernel import attempts, audit, clock, tasks
from district.kernel.errors import NoticeRefused
from district.kernel.inbox import handling
from district.kernel.inbox.handling import handle_due
from district.kernel.inbox.invariants import INVARIANTS
from district.kernel.inbox.reception import MAX_BODY_BYTES, receive_notice
from district.kernel.inbox.sources import Notice, register_source
from district.kernel.models import AuditLine, InboxRow
from tests.kernel.bank_notices import BANK, handled, notice_headers, send
from tests.race import race

pytestmark = pytest.mark.usefixtures("bank")


def offences() -> list[str]:
    """The promises of the inbox that its audit finds broken."""
    found = []
    for promise, query in INVARIANTS.items():
        with connection.cursor() as cursor:
            cursor.execute(query)
            if cursor.fetchall():
                found.append(promise)
    return found


@pytest.mark.django_db
def test_a_notice_is_kept_as_it_came_and_then_handled():
    body = b'{"id": "n-1",  "yuan": "3.50"}'

    assert send("n-1", body=body)
    row = InboxRow.objects.get()
    assert (row.source, row.notice_id, row.verified_with, bytes(row.body or b"")) == (
        "bank",
        "n-1",
        "2026",
        body,
    )
    assert set(row.headers) == {"bank-id", "bank-time", "bank-key", "bank-signature"}
    assert BANK.verify(row.headers, bytes(row.body or b"")).notice_id == "n-1"
    assert (handle_due(), handle_due()) == (1, 0)

    row.refresh_from_db()
    assert handled() == ["n-1"]
    assert row.handled_at is not None
    assert offences() == []


@pytest.mark.django_db
def test_a_notice_sent_again_is_taken_once():
    assert send("n-1")
    assert not send("n-1")
    handle_due()
    assert not send("n-1", body=b'{"other": "bytes"}')
    handle_due()

    assert handled() == ["n-1"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "body"),
    [
        ({}, b"{}"),
        ({"bank-signature": "00" * 32}, None),
        ({"bank-signature": ""}, None),
        ({"bank-key": "2019"}, None),
        ({"bank-id": "n-2"}, None),
        ({"bank-time": "1"}, None),
    ],
)
def test_what_is_not_signed_is_refused_and_takes_no_id(changes, body):
    headers = notice_headers("n-1", b'{"id": 1}') | changes

    with pytest.raises(NoticeRefused):
        receive_notice(source="bank", headers=headers, body=body or b'{"id": 1}')

    assert not InboxRow.objects.exists()
    assert send("n-1")


@pytest.mark.django_db
def test_an_old_notice_is_refused():
    headers = notice_headers("n-1", b"{}")

    with (
        time_machine.travel(clock.real_now() + timedelta(minutes=6)),
        pytest.raises(NoticeRefused),
    ):
        receive_notice(source="bank", headers=headers, body=b"{}")


@pytest.mark.django_db
def test_a_large_body_is_refused_unread():
    with pytest.raises(NoticeRefused):
        send("n-1", body=b"x" * (MAX_BODY_BYTES + 1))


def test_of_equal_notices_at_once_one_is_new_and_handled_once(real_db):
    came = race(*[partial(send, "n-1")] * 8)
    race(*[handle_due] * 4)

    assert sorted(came) == [False] * 7 + [True]
    assert InboxRow.objects.count() == 1
    assert handled() == ["n-1"]


def test_workers_at_once_handle_each_notice_once(real_db):
    for number in range(40):
        send(f"n-{number}")

    race(*[tasks.deliver_events] * 4)

    assert sorted(handled()) == sorted(f"n-{number}" for number in range(40))
    assert not InboxRow.objects.filter(handled_at=None).exists()


@pytest.mark.django_db
def test_the_same_id_of_another_source_is_another_notice(other_bank):
    assert send("n-1")
    assert send("n-1", source="other")

    assert InboxRow.objects.count() == 2


@pytest.mark.django_db
def test_a_failing_handler_writes_nothing_and_is_tried_again(bank_handler, caplog):
    def fails(notice: Notice) -> None:
        audit.record(verb="book", subject=f"notice:{notice.notice_id}")
        raise ValueError("6222 0000 0000 0000")

    send("n-1")
    with bank_handler(fails), caplog.at_level(logging.CRITICAL, "district"):
        handle_due()
    row = InboxRow.objects.get()
    assert (row.attempts, row.last_error, row.handled_at) == (1, "ValueError", None)
    assert not AuditLine.objects.exists()

    with time_machine.travel(clock.real_now() + timedelta(seconds=3)):
        handle_due()
    assert handled() == ["n-1"]


@pytest.mark.django_db
def test_a_notice_that_never_succeeds_is_set_aside_and_can_be_replayed(bank_handler, caplog):
    def fails(notice: Notice) -> None:
        if notice.notice_id == "poison":
            raise ValueError

    send("poison")
    with (
        bank_handler(fails),
        caplog.at_level(logging.CRITICAL, "district"),
        time_machine.travel(clock.real_now(), tick=False) as now,
    ):
        for attempt in range(1, attempts.MAX_ATTEMPTS + 1):
            assert handle_due() == 1
            now.shift(2**attempt)
        send("good")
        assert handle_due() == 1
    row = InboxRow.objects.get(notice_id="poison")
    assert (row.set_aside_at is not None, row.last_error) == (True, "ValueError")
    assert InboxRow.objects.get(notice_id="good").handled_at is not None

    assert attempts.replay(InboxRow.objects.all()) == 1
    handle_due()
    assert handled() == ["poison"]


def test_a_worker_killed_in_the_middle_leaves_the_notice_to_the_next(real_db, bank_handler):
    """What the handler wrote goes with the mark; what the worker began is counted."""

    def dies(notice: Notice) -> None:
        audit.record(verb="book", subject=f"notice:{notice.notice_id}")
        raise SystemExit

    send("n-1")
    with bank_handler(dies), pytest.raises(SystemExit):
        handle_due()
    row = InboxRow.objects.get()
    assert (row.attempts, row.handled_at, AuditLine.objects.count()) == (1, None, 0)

    with time_machine.travel(clock.real_now() + timedelta(seconds=3)):
        assert handle_due() == 1
    assert handled() == ["n-1"]


@pytest.mark.django_db
def test_a_notice_that_kills_every_worker_counts_none_of_its_neighbours_down(bank_handler):
    def dies(notice: Notice) -> None:
        if notice.notice_id == "killer":
            raise SystemExit

    for notice_id in ("first", "killer", "last"):
        send(notice_id)
    with (
        bank_handler(dies),
        time_machine.travel(clock.real_now(), tick=False) as now,
    ):
        for attempt in range(1, attempts.MAX_ATTEMPTS + 1):
            with pytest.raises(SystemExit):
                handle_due()
            # The next worker comes at once.
            handle_due()
            now.shift(2**attempt)
        handle_due()
    rows = InboxRow.objects.order_by("pk").values_list("notice_id", "attempts", "last_error")

    assert list(rows) == [("first", 1, ""), ("killer", 9, "WorkerDied"), ("last", 2, "")]
    assert InboxRow.objects.get(handled_at=None).notice_id == "killer"


@pytest.mark.django_db
def test_what_a_slow_worker_has_claimed_another_one_handles_two_seconds_later():
    for number in range(3):
        send(f"n-{number}")
    claimed = attempts.claim_some(InboxRow.objects.filter(handled_at=None), limit=20)
    assert (len(claimed), handle_due()) == (3, 0)

    with time_machine.travel(clock.real_now() + timedelta(seconds=3)):
        assert handle_due() == 3
    for row in claimed:
        handling._handle(row)

    assert handled() == ["n-0", "n-1", "n-2"]


@pytest.mark.django_db
def test_the_body_is_forgotten_after_half_a_year_and_the_id_never():
    now = clock.real_now()
    send("old")
    send("young")
    send("waiting")
    InboxRow.objects.update(attempts=1)
    InboxRow.objects.filter(notice_id="old").update(handled_at=now - timedelta(days=181))
    InboxRow.objects.filter(notice_id="young").update(handled_at=now - timedelta(days=179))

    tasks.purge()

    bodies = dict(InboxRow.objects.values_list("notice_id", "body"))
    assert [name for name, body in bodies.items() if body is None] == ["old"]
    old = InboxRow.objects.get(notice_id="old")
    assert (old.headers, old.body_digest) == ({}, None)
    assert not send("old")
    assert offences() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("update kernel_inboxrow set body = 'forged'", "inbox_body_as_received"),
        ("update kernel_inboxrow set body = null", "inbox_body_as_received"),
        ("update kernel_inboxrow set notice_id = 'n-2'", "append-only"),
        ("update kernel_inboxrow set body_digest = sha256('forged')", "append-only"),
        ("update kernel_inboxrow set body_digest = null", "inbox_body_as_received"),
        ("delete from kernel_inboxrow", "append-only"),
        ("truncate kernel_inboxrow", "append-only"),
    ],
)
def test_the_table_keeps_what_was_received(change, why):
    send("n-1")

    with (
        pytest.raises(IntegrityError, match=why),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(change)


@pytest.mark.django_db
def test_a_notice_of_a_source_that_is_gone_waits_for_it(monkeypatch, caplog):
    send("n-1")
    with monkeypatch.context() as patched, caplog.at_level(logging.CRITICAL, "district"):
        patched.setattr("district.kernel.inbox.sources._sources", {})
        handle_due()
    assert InboxRow.objects.get().last_error == "KeyError"


def test_two_sources_of_one_name_are_refused_at_the_start(bank):
    with pytest.raises(ValueError, match="two sources of notices are called bank"):
        register_source(replace(BANK, label="另一家银行"))

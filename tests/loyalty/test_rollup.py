"""Sums over the whole ledger from a rollup and the lines since: never a line twice, never one lost."""

import threading

import pytest
from django.db import IntegrityError, connection, transaction

from district.kernel import invariants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Rollup, RollupHorizon, Transfer
from tests.factories.loyalty import buy, make_earning_store, pay_points, remove_ceilings
from tests.factories.members import make_member
from tests.race import race
from tests.settlement_horizon import wait_for_other_transactions

FULL = """
    select coalesce(merchant_id, 0), kind, sum(points)::bigint, count(*) from loyalty_transfer
    group by 1, 2
"""
ROLLED = """
    select merchant_id, kind, sum(points)::bigint, sum(count)::bigint from (
        select coalesce(merchant_id, 0) as merchant_id, kind, points, count from loyalty_rollup
        union all
        select coalesce(merchant_id, 0), kind, points, 1 from loyalty_transfer
        where (xid::text)::bigint >= coalesce((select xid from loyalty_rolluphorizon), 0)) lines
    group by 1, 2
"""


def rows(cursor, sql):
    cursor.execute(sql)
    return {(merchant, kind): (points, count) for merchant, kind, points, count in cursor}


def both_sums():
    """The full sums and those by the rollup, in one snapshot."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("set transaction isolation level repeatable read, read only")
        return rows(cursor, FULL), rows(cursor, ROLLED)


def full(merchant):
    found = {}
    for line in Transfer.objects.filter(merchant=merchant):
        points, count = found.get(line.kind, (0, 0))
        found[line.kind] = (points + line.points, count + 1)
    return found


def totals_by_rollup(merchant):
    return {
        kind: (total.points, total.count) for kind, total in queries.totals_of(merchant).items()
    }


def test_totals_are_exact_without_any_rollup(member, tea):
    buy(member, tea, fen=5_000)
    buy(member, tea, fen=5_000)
    pay_points(member, tea, points=30)

    assert totals_by_rollup(tea.merchant_id) == {"earn": (100, 2), "spend": (30, 1)}
    assert totals_by_rollup(None) == {}


def test_what_has_ended_is_rolled_up_once(real_db):
    member, tea = make_member(), make_earning_store()
    buy(member, tea, fen=5_000)
    wait_for_other_transactions()

    assert loyalty.advance_rollup() == 1
    assert loyalty.advance_rollup() == 0
    buy(member, tea, fen=700)
    assert totals_by_rollup(tea.merchant_id) == {"earn": (57, 2)}
    wait_for_other_transactions()
    loyalty.advance_rollup()

    assert totals_by_rollup(tea.merchant_id) == {"earn": (57, 2)}
    row = Rollup.objects.get()
    assert (row.merchant_id, row.kind, row.points, row.count) == (tea.merchant_id, "earn", 57, 2)
    assert list(invariants.offences()) == []


def test_a_line_that_commits_late_is_not_lost(real_db):
    """Its number is lower than that of lines rolled up before: whoever goes by numbers loses it."""
    remove_ceilings()  # the day's first receipt of a merchant locks its counters until it commits
    early, late, tea = make_member("早"), make_member("晚"), make_earning_store()
    posted, go_on = threading.Event(), threading.Event()

    def slow():
        try:
            with transaction.atomic():
                buy(early, tea, fen=1_000)
                posted.set()
                assert go_on.wait(30)
        finally:
            connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    assert posted.wait(30)
    buy(late, tea, fen=200)
    loyalty.advance_rollup()
    assert totals_by_rollup(tea.merchant_id) == {"earn": (2, 1)}
    go_on.set()
    writer.join()

    assert totals_by_rollup(tea.merchant_id) == {"earn": (12, 2)}
    loyalty.advance_rollup()
    assert totals_by_rollup(tea.merchant_id) == {"earn": (12, 2)} == full(tea.merchant_id)
    first = Transfer.objects.order_by("pk").first()
    assert first.account_id == early.pk
    assert list(invariants.offences()) == []


def test_during_eight_writers_the_sums_agree_at_every_moment(real_db):
    stores = [make_earning_store() for _ in range(3)]
    people = [make_member(f"客{number}") for number in range(8)]
    done = threading.Event()

    def write(number):
        member = people[number]
        for turn in range(40):
            store = stores[(number + turn) % 3]
            buy(member, store, fen=100 * (turn % 7 + 1))
            if turn % 3 == 2:
                pay_points(member, store, points=2)

    def advance():
        moved = 0
        while not done.is_set():
            moved += loyalty.advance_rollup()
        return moved

    def compare():
        seen = []
        while not done.is_set():
            whole, rolled = both_sums()
            seen.append(whole == rolled)
        return seen

    def writers():
        try:
            return race(*[lambda number=number: write(number) for number in range(8)])
        finally:
            done.set()

    wrote, moved, also_moved, seen = race(writers, advance, advance, compare)

    assert wrote == [None] * 8
    assert len(seen) > 5
    assert all(seen)
    wait_for_other_transactions()
    rest = loyalty.advance_rollup()
    assert moved + also_moved + rest == Transfer.objects.count() == 8 * (40 + 13)
    for store in stores:
        assert totals_by_rollup(store.merchant_id) == full(store.merchant_id)
    assert list(invariants.offences()) == []


def test_the_lines_since_the_horizon_are_found_by_their_index(db):
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute("explain select * from loyalty_transfer where (xid::text)::bigint >= 123")
        assert "transfer_by_transaction" in "\n".join(line for (line,) in cursor)


@pytest.mark.breaks_the_ledger
def test_the_audit_sees_a_rollup_that_lost_a_line(real_db):
    buy(make_member(), make_earning_store(), fen=1_000)
    wait_for_other_transactions()
    loyalty.advance_rollup()

    Rollup.objects.update(count=2)

    assert {offence.query for offence in invariants.offences()} == {
        "the rollup is the sum of the lines below its horizon"
    }


def test_there_is_one_horizon_and_one_row_for_each_kind(db):
    with pytest.raises(IntegrityError, match="rollup_horizon_is_one"), transaction.atomic():
        RollupHorizon.objects.create(singleton=False)
    for merchant in (None, 5):
        Rollup.objects.create(merchant_id=merchant, kind="earn", points=1, count=1)
        with pytest.raises(IntegrityError, match="rollup_once"), transaction.atomic():
            Rollup.objects.create(merchant_id=merchant, kind="earn", points=1, count=1)
    Rollup.objects.all().delete()

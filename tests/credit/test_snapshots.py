"""Every day's score is kept with all it was made from, and comes out again."""

import json
from datetime import UTC, date, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from credit import services as credit
from credit.models import CreditSnapshot
from credit.queries.snapshots import newest_snapshot, ranking, recompute
from district.kernel import clock
from tests.credit.test_case_outcomes import UPHELD
from tests.factories.credit import fresh_key, make_inspection
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member, make_staff
from tests.race import race

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 11, 20, 18, tzinfo=UTC)


@pytest.fixture
def store(db):
    return make_earning_store()


def take(at=NEXT_NIGHT):
    with clock.travel_to(at):
        return credit.take_snapshots()


def live_a_day(store):
    """Twelve purchases, each with four stars or five, one of them given back; six checks passed, one failed."""
    with clock.travel_to(AT):
        for number in range(12):
            member = make_member()
            receipt = buy(member, store, fen=20_00)
            credit.rate_purchase(member=member, store=store, stars=4 + number % 2, key=fresh_key())
        make_refund(receipt, fen=20_00)
        return make_inspection(store, passed=6, failed=1)


def test_a_snapshot_holds_the_facts_of_its_day_and_comes_out_again(store):
    live_a_day(store)
    assert take() == CreditSnapshot.objects.count()
    assert take() == 0
    row = newest_snapshot(store.merchant_id)

    assert (row.as_of, row.revision, row.policy_version) == (DAY, 1, "credit-v1")
    assert row.inputs["ratings"] == [[0, 4, 6], [0, 5, 5]]
    assert row.inputs["transactions"] == [[0, 11]]
    assert row.inputs["checks"] == [[0, False, 1], [0, True, 6]]
    assert row.inputs["profile"] == 0
    assert recompute(row).is_right
    assert recompute(row).are_facts_the_same
    with pytest.raises(ValueError, match="not over"), clock.travel_to(NEXT_NIGHT):
        credit.take_snapshots(as_of=DAY + timedelta(days=1))
    with pytest.raises(IntegrityError), transaction.atomic():
        CreditSnapshot.objects.update(score=100)


def test_later_facts_change_later_days_alone_and_each_day_follows_the_one_before(store):
    take()
    with clock.travel_to(NEXT_NIGHT):
        credit.record_case_outcome(
            case="cas_1", version=1, store=store, outcome=UPHELD, at=NEXT_NIGHT
        )
    take(NEXT_NIGHT + timedelta(days=1))
    first, second = CreditSnapshot.objects.filter(merchant=store.merchant).order_by("as_of")

    assert first.inputs["cases"] == []
    assert second.inputs["cases"] == [[1, "serious", "upheld", False, 2]]
    assert second.inputs["missed_remedy"] is True
    assert second.previous == first
    assert recompute(first).are_facts_the_same


def test_an_upheld_correction_revises_the_days_it_touches_and_both_are_kept(store):
    inspection = live_a_day(store)
    take()
    clerk, other = make_staff("jia"), make_staff("yi")
    correction = credit.request_correction(
        merchant=store.merchant, fact=inspection, reason="数错", by=clerk, key=fresh_key()
    )
    assert credit.revise_waiting() == 0
    credit.uphold_correction(proposal=correction, by=other)
    assert credit.revise_waiting() == 1
    assert credit.revise_waiting() == 0
    first, second = CreditSnapshot.objects.filter(merchant=store.merchant).order_by("revision")

    assert (first.inputs["checks"], second.inputs["checks"]) == ([[0, False, 1], [0, True, 6]], [])
    assert newest_snapshot(store.merchant_id) == second
    assert recompute(second).is_right
    assert recompute(second).are_facts_the_same


def test_the_command_says_what_is_the_same(store):
    live_a_day(store)
    take()
    printed = StringIO()
    call_command("recompute_credit", merchant=store.merchant.public_id, date=DAY, stdout=printed)
    report = json.loads(printed.getvalue())
    assert (report["digest_right"], report["result_right"], report["facts_the_same"]) == (True,) * 3
    with pytest.raises(CommandError, match="no snapshot"):
        call_command("recompute_credit", merchant=store.merchant.public_id, date=date(2026, 1, 1))


def test_without_evidence_there_is_no_grade_and_no_rank(store):
    live_a_day(store)
    make_earning_store()
    take()
    graded = [row.merchant for row in ranking()]
    assert all(row.grade is None for row in CreditSnapshot.objects.exclude(merchant=store.merchant))
    assert graded == [store.merchant]


def test_two_workers_take_each_snapshot_once(real_db):
    make_earning_store()
    make_earning_store()
    race(take, take, take)

    rows = list(CreditSnapshot.objects.values_list("merchant", "as_of", "revision"))
    assert len(rows) == len(set(rows)) >= 2

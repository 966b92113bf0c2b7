"""A correction by hand takes two people, a reason, and stays within the limits of the day."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded, KeyReused, ProposalDecided
from district.kernel.models import AuditLine, OutboxRow
from district.merchants import services as merchants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import (
    AdjustmentsOfTheDayUsedUp,
    AdjustmentTooLarge,
    InsufficientPoints,
    NoTerms,
)
from loyalty.models import Adjustment, Draw, Lot, Transfer
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import buy, fresh_key, pay_points, undo
from tests.factories.members import make_member, make_staff
from tests.factories.merchants import make_merchant
from tests.loyalty.sql_bypass import refused


@pytest.fixture
def chen(db):
    return make_staff("chen")


@pytest.fixture
def wu(db):
    return make_staff("wu")


def propose(member, store, points, by, *, key=None, reason="小票漏积分"):
    return loyalty.propose_adjustment(
        member=member,
        merchant=store.merchant,
        points=points,
        reason=reason,
        evidence="客服工单 42",
        by=by,
        key=key or fresh_key(),
    )


def decide(adjustment, by, *, approve=True, key=None, note=""):
    return loyalty.decide_adjustment(
        adjustment=adjustment, approve=approve, by=by, key=key or fresh_key(), note=note
    )


def test_a_proposal_moves_nothing(member, tea, chen):
    adjustment = propose(member, tea, 200, chen)

    assert (adjustment.state, adjustment.transfer) == ("proposed", None)
    assert queries.balance_of(member).available == 0
    assert AuditLine.objects.latest("pk").verb == "propose_adjustment"


def test_points_are_added_at_the_terms_of_the_merchant_that_pays(member, tea, chen, wu):
    earning_terms = loyalty.EarningTerms(price_milli_fen=800, validity_months=3)
    loyalty.set_terms(merchant=tea.merchant, earning_terms=earning_terms, start=clock.now())

    adjustment = decide(propose(member, tea, 200, chen), wu)

    lot, line = Lot.objects.get(), Transfer.objects.get()
    assert (line.kind, line.points, line.reference) == ("adjust_up", 200, adjustment.public_id)
    assert (line.reason, line.actor) == ("小票漏积分", f"user:{wu.pk}")
    assert (lot.issuer, lot.price_milli_fen, lot.granted) == (tea.merchant, 800, 200)
    months = (lot.expires_at - line.at).days / 30
    assert 2.5 < months < 3.2
    assert (adjustment.state, adjustment.transfer, adjustment.decided_by) == ("approved", line, wu)
    assert OutboxRow.objects.get(name="PointsAdjusted").payload["points"] == 200
    assert queries.balance_of(member).available == 200


def test_points_are_taken_from_the_oldest_for_the_merchant_that_is_paid(
    member, tea, books, chen, wu
):
    buy(member, tea, fen=10_000)

    decide(propose(member, books, -30, chen), wu)

    draw = Draw.objects.get()
    assert (draw.points, draw.redeemer, draw.lot.issuer) == (30, books.merchant, tea.merchant)
    assert queries.balance_of(member).available == 70
    [claim] = queries.clearing()
    assert (claim.issuer, claim.redeemer, claim.points) == (tea.merchant_id, books.merchant_id, 30)


def test_added_points_repay_a_debt_first(member, tea, books, chen, wu):
    bought = buy(member, tea, fen=10_000)
    pay_points(member, books, points=100)
    undo(bought.transfer, tea)
    assert queries.balance_of(member).debt == 100

    decide(propose(member, books, 130, chen), wu)

    after = queries.balance_of(member)
    assert (after.available, after.debt) == (30, 0)


def test_the_alliance_pays_at_the_price_of_the_fallback(member, chen, wu):
    party = merchants.alliance_party()
    adjustment = loyalty.propose_adjustment(
        member=member, merchant=party, points=5, reason="补偿", by=chen, key=fresh_key()
    )

    decide(adjustment, wu)

    lot = Lot.objects.get()
    assert (lot.issuer, lot.price_milli_fen) == (party, 1000)


def test_a_merchant_without_terms_cannot_pay_and_the_proposal_stays_open(member, chen, wu):
    adjustment = loyalty.propose_adjustment(
        member=member, merchant=make_merchant(), points=5, reason="补", by=chen, key=fresh_key()
    )

    with pytest.raises(NoTerms):
        decide(adjustment, wu)

    adjustment.refresh_from_db()
    assert adjustment.state == "proposed"


def test_nobody_decides_what_they_proposed(member, tea, chen, wu):
    adjustment = propose(member, tea, 200, chen)

    with pytest.raises(FourEyesNeeded):
        decide(adjustment, chen)
    with pytest.raises(FourEyesNeeded):
        decide(adjustment, chen, approve=False)

    assert decide(adjustment, wu).state == "approved"


def test_a_decision_is_final(member, tea, chen, wu):
    adjustment = decide(propose(member, tea, 200, chen), wu, approve=False, note="小票不清")

    assert (adjustment.state, adjustment.decision) == ("rejected", "小票不清")
    for approve in (True, False):
        with pytest.raises(ProposalDecided):
            decide(adjustment, wu, approve=approve)
    assert queries.balance_of(member).available == 0


def test_what_a_member_lacks_is_not_taken_and_the_proposal_stays_open(member, tea, chen, wu):
    buy(member, tea, fen=1_000)
    adjustment = propose(member, tea, -11, chen)

    with pytest.raises(InsufficientPoints):
        decide(adjustment, wu)

    adjustment.refresh_from_db()
    assert (adjustment.state, queries.balance_of(member).available) == ("proposed", 10)


def test_the_same_key_proposes_once_and_decides_once(member, tea, chen, wu):
    key, again = fresh_key(points=200), fresh_key()
    first = propose(member, tea, 200, chen, key=key)

    assert propose(member, tea, 200, chen, key=key) == first
    with pytest.raises(KeyReused):
        propose(member, tea, 300, chen, key=type(key).of(key.scope, key.key, points=300))
    assert decide(first, wu, key=again).transfer_id == decide(first, wu, key=again).transfer_id
    assert queries.balance_of(member).available == 200


def test_a_single_adjustment_has_a_limit_either_way(member, tea, chen):
    loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(adjust_limit=100, adjust_day_limit=250), start=clock.now()
    )

    propose(member, tea, 100, chen)
    for points in (101, -101):
        with pytest.raises(AdjustmentTooLarge) as refusal:
            propose(member, tea, points, chen)
        assert refusal.value.facts == {"limit": 100, "asked": 101}


def test_a_person_has_a_limit_for_each_shanghai_day(member, tea, chen, wu):
    loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(adjust_limit=100, adjust_day_limit=250), start=clock.now()
    )
    midnight = clock.start_of_next_day(clock.now())
    with clock.travel_to(midnight - timedelta(minutes=1)):
        propose(member, tea, 100, chen)
        propose(member, tea, -100, chen)
        with pytest.raises(AdjustmentsOfTheDayUsedUp) as refusal:
            propose(member, tea, 51, chen)
        assert refusal.value.facts == {"left": 50, "asked": 51}
        propose(member, tea, 50, chen)
        propose(member, tea, 100, wu)
    with clock.travel_to(midnight):
        propose(member, tea, 100, chen)


def test_what_was_rejected_does_not_count_against_the_limit(member, tea, chen, wu):
    loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(adjust_limit=100, adjust_day_limit=100), start=clock.now()
    )
    decide(propose(member, tea, 100, chen), wu, approve=False)

    assert propose(member, tea, 100, chen).state == "proposed"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"points": 0}, "adjustment_moves_points_for_a_reason"),
        ({"reason": ""}, "adjustment_moves_points_for_a_reason"),
        ({"state": "approved"}, "adjustment_decided_once"),
        ({"state": "rejected"}, "adjustment_decided_once"),
        ({"state": "gone"}, "adjustment_decided_once"),
        ({"decided_at": clock.now()}, "adjustment_decided_once"),
    ],
)
def test_the_table_takes_no_half_a_decision(member, tea, chen, changes, name):
    good = {
        "member": member,
        "merchant": tea.merchant,
        "points": 1,
        "reason": "x",
        "proposed_by": chen,
        "proposed_at": clock.now(),
    }
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Adjustment.objects.create(**good | changes)


def test_the_table_takes_nobodys_own_decision(member, tea, chen):
    adjustment = propose(member, tea, 1, chen)
    with pytest.raises(IntegrityError, match="adjustment_by_four_eyes"), transaction.atomic():
        Adjustment.objects.update(state="rejected", decided_by=chen, decided_at=clock.now())
    adjustment.refresh_from_db()
    assert adjustment.state == "proposed"


@pytest.mark.parametrize(
    "act",
    [
        "update loyalty_adjustment set points = 7",
        "update loyalty_adjustment set reason = 'y'",
        "update loyalty_adjustment set proposed_by_id = proposed_by_id + 1",
        "delete from loyalty_adjustment",
    ],
)
def test_a_proposal_is_not_rewritten(member, tea, chen, act):
    propose(member, tea, 1, chen)
    refused("append-only", act)


def test_an_adjustment_of_a_frozen_account_goes_through(tea, chen, wu):
    member = make_member()
    loyalty.freeze_account(member=member, reason="可疑", by=chen)

    assert decide(propose(member, tea, 5, chen), wu).state == "approved"


def test_what_is_added_costs_what_the_terms_of_this_hour_say(member, tea, chen, wu):
    buy(member, tea, fen=100)  # since then this process knows the old terms by heart
    changed = loyalty.EarningTerms(price_milli_fen=1_250, validity_months=3)
    now = clock.now()
    loyalty.set_terms(merchant=tea.merchant, earning_terms=changed, start=now)

    decide(propose(member, tea, 200, chen), wu)

    lot = Lot.objects.latest("pk")
    assert lot.price_milli_fen == 1_250
    assert lot.expires_at < now + timedelta(days=95)

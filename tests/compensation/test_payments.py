"""Paying a case: by two people, once, whole, and only while the case waits for it."""

from datetime import timedelta

import pytest

from credit.compensation import services as compensation
from credit.compensation.errors import (
    FundAttemptState,
    FundPaymentNotDue,
    FundReferenceTaken,
    FundShort,
)
from credit.compensation.models import FundAccount, FundEntry, FundPayment
from credit.queries.remedy_debts import remedy_debts
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded
from tests.factories.compensation import FUND_FEN, PAID_FEN, FundScene, join, make_terms
from tests.factories.loyalty import fresh_key


def balances():
    """The accounts that hold something."""
    rows = FundAccount.objects.exclude(balance_fen=0).order_by("kind", "pk")
    return {
        f"{row.kind}" + (f" {row.merchant}" if row.merchant_id else ""): row.balance_fen
        for row in rows
    }


def test_a_missed_remedy_of_a_member_is_paid_by_the_fund_and_owed_by_the_merchant(scene):
    scene.waiting()
    assert (scene.case.state, scene.payment.state) == ("advance_payment", "due")
    assert scene.payment.amount_fen == PAID_FEN

    attempt = scene.sent()
    assert FundAccount.objects.get(kind="cash").balance_fen == FUND_FEN + 1_000 - PAID_FEN
    assert scene.case.state == "advance_payment"
    scene.succeed(attempt)

    assert (scene.case.state, scene.case.refunded_fen) == ("awaiting_confirmation", PAID_FEN)
    assert (scene.payment.state, scene.claim.state) == ("paid", "claimed")
    store = scene.merchant.name
    assert balances() == {
        "cash": 45_000,
        f"claims {store}": 6_000,
        "contributions 商圈联盟": -50_000,
        f"contributions {store}": -1_000,
    }
    debts = remedy_debts([scene.merchant.pk], scene.complaint.now)
    assert debts.owing_merchants == {scene.merchant.pk}
    step = scene.case.events.get(action="pay")
    assert step.actor == "finance"
    assert "¥60.00" in step.note


def test_a_merchant_that_is_no_member_leaves_the_case_unresolved(db):
    scene = FundScene(is_member=False).waiting()

    assert scene.case.state == "closed_unresolved"
    assert not FundPayment.objects.exists()


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({}, "advance_payment"),
        ({"case_cap_fen": 5_999}, "closed_unresolved"),
        ({"case_cap_fen": 5_999, "year_cap_fen": 5_999}, "closed_unresolved"),
        ({"case_cap_fen": 6_000, "year_cap_fen": 6_000}, "advance_payment"),
    ],
)
def test_the_caps_of_the_day_decide(scene, change, state):
    scene.complaint.remedy_due()
    day = scene.complaint.now.date() + timedelta(days=2)
    make_terms((scene.zhang, scene.wang), day, **change)

    assert scene.miss().case.state == state


def test_the_fund_promises_no_more_than_it_holds(db):
    scene = FundScene(fund_fen=4_999)

    assert scene.waiting().case.state == "closed_unresolved"


def test_whoever_was_a_member_when_the_complaint_was_filed_stays_bound(scene):
    scene.complaint.remedy_due()
    with clock.travel_to(scene.complaint.now):
        compensation.leave_fund(membership=scene.membership, reason="不再续约", by=scene.zhang)

    assert scene.miss().case.state == "advance_payment"


def test_whoever_joins_after_the_complaint_is_not_bound_for_it(db):
    scene = FundScene(is_member=False)
    scene.complaint.remedy_due()
    with clock.travel_to(scene.complaint.now):
        join(scene.merchant, scene.zhang)

    assert scene.miss().case.state == "closed_unresolved"


def test_nobody_pays_alone_and_nobody_pays_twice(scene):
    attempt = scene.waiting().proposed()
    with pytest.raises(FourEyesNeeded):
        compensation.approve_attempt(attempt=attempt, by=scene.zhang)
    with pytest.raises(FundPaymentNotDue):
        scene.proposed()
    with pytest.raises(FundAttemptState):
        scene.succeed(attempt)
    with clock.travel_to(scene.complaint.now):
        attempt = compensation.approve_attempt(attempt=attempt, by=scene.wang)
    key = fresh_key()
    first = scene.succeed(attempt, key=key)

    assert scene.succeed(attempt, key=key) == first
    with pytest.raises(FundAttemptState):
        scene.succeed(attempt)
    with pytest.raises(FundPaymentNotDue):
        scene.proposed()
    assert FundAccount.objects.get(kind="cash").balance_fen == 45_000


def test_a_rejected_attempt_gives_the_money_back_and_the_case_waits_on(scene):
    attempt = scene.waiting().proposed()
    compensation.reject_attempt(attempt=attempt, by=scene.wang, note="户名不符")

    assert (scene.case.state, scene.payment.state) == ("advance_payment", "due")
    assert FundAccount.objects.get(kind="under_way").balance_fen == 0
    scene.succeed(scene.sent())
    assert scene.payment.state == "paid"


def test_a_failure_leaves_the_case_waiting_and_a_late_success_pays_it(scene):
    attempt = scene.waiting().sent()
    compensation.note_attempt_failed(attempt=attempt, note="账号有误退回", by=scene.zhang)
    assert (scene.case.state, scene.payment.state) == ("advance_payment", "due")
    second = scene.proposed()

    scene.succeed(attempt)

    second.refresh_from_db()
    assert (scene.case.state, scene.payment.state) == ("awaiting_confirmation", "paid")
    assert second.state == "rejected"
    assert balances()["cash"] == 45_000


def test_two_payments_that_both_went_are_one_debt_and_one_surplus(scene):
    first = scene.waiting().sent()
    compensation.note_attempt_failed(attempt=first, note="银行报告失败", by=scene.zhang)
    second = scene.sent()
    scene.succeed(second, "B2")
    first = scene.succeed(first, "B1")

    assert first.is_surplus
    assert (balances()["surplus"], balances()["cash"]) == (6_000, 39_000)
    compensation.record_surplus_return(
        attempt=first, reference="退回单 7", by=scene.zhang, key=fresh_key()
    )
    assert balances()["cash"] == 45_000


def test_the_banks_number_is_of_one_payment(scene):
    first = scene.waiting().sent()
    compensation.note_attempt_failed(attempt=first, note="退回", by=scene.zhang)
    second = scene.sent()
    scene.succeed(second, "B1")

    with pytest.raises(FundReferenceTaken):
        scene.succeed(first, "B1")
    assert balances()["cash"] == 45_000


def test_a_case_that_is_withdrawn_takes_its_payment_back(scene):
    attempt = scene.waiting().proposed()
    scene.do("withdraw_case", member=scene.complaint.member)

    attempt.refresh_from_db()
    assert (attempt.state, scene.payment.state) == ("rejected", "cancelled")
    assert balances()["cash"] == 51_000


def test_money_that_was_let_go_before_the_withdrawal_is_a_surplus(scene):
    attempt = scene.waiting().sent()
    scene.do("withdraw_case", member=scene.complaint.member)

    assert scene.succeed(attempt).is_surplus
    assert (scene.payment.state, scene.case.refunded_fen) == ("cancelled", 0)


def test_what_is_promised_is_paid_only_when_the_fund_holds_it(db):
    scene = FundScene(fund_fen=5_000)
    scene.waiting()
    given = FundEntry.objects.get(reference="ALLIANCE0")
    compensation.reverse_contribution(entry=given, note="误记", by=scene.wang, key=fresh_key())

    with pytest.raises(FundShort):
        scene.proposed()
    assert (scene.case.state, scene.payment.state) == ("advance_payment", "due")

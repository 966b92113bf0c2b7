"""Getting back what the fund paid: by the statements, against objections, until two people give it up."""

from datetime import date, timedelta

import pytest

from credit.compensation import services as compensation
from credit.compensation.errors import (
    FundClaimNotDisputable,
    FundClaimSettled,
    FundTransferAboveCollected,
    MerchantOwesFund,
)
from credit.compensation.models import FundAccount
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import RemedyKind
from credit.queries.remedy_debts import remedy_debts
from credit.queries.score_inputs import derive_inputs
from district.kernel import clock
from district.kernel.errors import FourEyesNeeded
from district.merchants import services as merchants
from loyalty.settlement import services as settlement
from loyalty.settlement.models import Booking, Statement
from loyalty.settlement.services.payments import PaymentDetails
from tests.factories.compensation import FundScene, join
from tests.factories.complaints import ComplaintScene, decision
from tests.factories.loyalty import fresh_key
from tests.factories.settlement import book, closed

# The first of them ends while a case that was closed may still be reopened.
MIDSUMMER, JUNE, JULY = date(2026, 6, 20), date(2026, 6, 30), date(2026, 7, 31)


@pytest.fixture
def scene(real_db):
    """What is settled must be committed first."""
    return FundScene()


def balance(kind):
    return sum(FundAccount.objects.filter(kind=kind).values_list("balance_fen", flat=True))


def close(scene, day, first=None):
    """The cycle up to a day, and what the fund sees of it."""
    closed(day, by=scene.zhang, approver=scene.wang, first_day=first)
    scene.complaint.now = clock.start_of_day(day + timedelta(days=2))
    return follow(scene)


def follow(scene):
    with clock.travel_to(scene.complaint.now):
        compensation.follow_statements()
    return scene


def pay(scene, fen, reference="M1"):
    """The merchant pays a part of its newest statement."""
    statement = Statement.objects.filter(merchant=scene.merchant).latest("pk")
    with clock.travel_to(scene.complaint.now):
        noted = settlement.record_payment(
            statement=statement,
            paid=PaymentDetails(fen, "from_merchant", reference, scene.complaint.now),
            by=scene.zhang,
        )
    follow(scene)
    return noted


def bookings(scene):
    rows = Booking.objects.filter(source="compensation", payer=scene.merchant)
    return list(rows.order_by("pk").values_list("fen", flat=True))


def sums(scene):
    claim = scene.claim
    return claim.state, claim.charged_fen, claim.recovered_fen, claim.lost_fen


def owes(scene):
    return bool(remedy_debts([scene.merchant.pk], scene.complaint.now).owing_merchants)


def test_a_confirmed_payment_is_charged_and_comes_back_with_the_statement(scene):
    assert bookings(scene.paid()) == []
    scene.do("confirm_remedy", member=scene.complaint.member)
    assert (bookings(scene), sums(scene)) == ([6_000], ("noticed", 6_000, 0, 0))

    close(scene, JUNE, date(2026, 6, 1))
    assert Statement.objects.get(merchant=scene.merchant).due == -6_000
    assert sums(scene) == ("noticed", 6_000, 0, 0)
    pay(scene, 2_000)
    assert sums(scene) == ("partly_recovered", 6_000, 2_000, 0)
    assert owes(scene)
    pay(scene, 4_000, "M2")

    assert sums(scene) == ("recovered", 6_000, 6_000, 0)
    assert not owes(scene)
    assert (balance("settlement"), balance("claims"), balance("cash")) == (6_000, 0, 45_000)
    case = scene.case.public_id
    assert remedy_debts([scene.merchant.pk], scene.complaint.now).settled_cases == {case}
    with pytest.raises(FundTransferAboveCollected):
        compensation.transfer_collected(
            amount_fen=6_001, reference="T1", by=scene.zhang, key=fresh_key()
        )
    compensation.transfer_collected(
        amount_fen=6_000, reference="T1", by=scene.zhang, key=fresh_key()
    )
    assert (balance("settlement"), balance("cash")) == (0, 51_000)


def test_what_the_merchant_is_owed_pays_at_the_closing_and_the_fund_comes_last(scene):
    other = ComplaintScene().store.merchant
    scene.confirmed()
    with clock.travel_to(scene.complaint.now):
        book(other, scene.merchant, 4_500, reference="gift-1")
    close(scene, JUNE, date(2026, 6, 1))

    # 60 owed, 45 receivable: 15 are to be paid, so 45 came.
    assert sums(scene) == ("partly_recovered", 6_000, 4_500, 0)


def test_a_payment_that_is_taken_back_is_owed_again(scene):
    close(scene.confirmed(), JUNE, date(2026, 6, 1))
    noted = pay(scene, 6_000)
    assert sums(scene)[0] == "recovered"
    with clock.travel_to(scene.complaint.now):
        settlement.reverse_payment(payment=noted, note="退票", by=scene.wang)

    follow(scene)
    assert sums(scene) == ("noticed", 6_000, 0, 0)
    assert owes(scene)
    assert (balance("settlement"), balance("claims")) == (0, 6_000)


def test_a_reopened_case_takes_the_charge_back_and_its_end_brings_it_again(scene):
    close(scene.confirmed(), MIDSUMMER, date(2026, 6, 1))
    pay(scene, 6_000)
    assert sums(scene)[0] == "recovered"
    scene.do("reopen_case", member=scene.complaint.member, facts="还是坏的。")
    assert scene.case.state == "mediation"
    assert bookings(scene) == [6_000, -6_000]
    assert not owes(scene)
    scene.do("end_mediation", by=scene.complaint.officer)

    assert bookings(scene) == [6_000, -6_000, 6_000]
    assert scene.case.state == "closed_unresolved"
    close(scene, JULY)
    assert sums(scene) == ("recovered", 6_000, 6_000, 0)


def test_a_case_that_is_not_upheld_in_the_end_is_the_funds_loss(scene):
    close(scene.confirmed(), MIDSUMMER, date(2026, 6, 1))
    pay(scene, 6_000)
    scene.do("reopen_case", member=scene.complaint.member, facts="还是坏的。")
    scene.do("decide_case", by=scene.complaint.officer, decision=decision("not_upheld"))
    scene.complaint.run_timers(scene.complaint.now + timedelta(days=20))
    scene.follow()

    assert scene.case.state == "closed_not_upheld"
    # What came in stands until the settlement gives it back.
    assert sums(scene) == ("waived", 0, 6_000, 0)
    close(scene, JULY)
    assert sums(scene) == ("waived", 0, 0, 6_000)
    assert not owes(scene)
    assert (balance("losses"), balance("settlement"), balance("claims")) == (6_000, 0, 0)


def test_a_denial_after_the_payment_may_bring_a_second_one_and_both_are_charged(scene):
    scene.paid().do("deny_remedy", member=scene.complaint.member, missing="还差三十九元。")
    assert scene.case.state == "mediation"
    assert bookings(scene) == []
    scene.do(
        "decide_case",
        by=scene.complaint.officer,
        decision=decision(remedy=CaseRemedy(RemedyKind.REFUND, 3_900)),
    )
    scene.miss()
    scene.complaint.run_timers(scene.complaint.now + timedelta(days=14))
    scene.follow()
    assert (scene.case.state, scene.payment.amount_fen) == ("advance_payment", 3_900)
    scene.succeed(scene.sent(), "B2")
    scene.do("confirm_remedy", member=scene.complaint.member)

    assert scene.case.refunded_fen == 9_900
    assert sorted(bookings(scene)) == [3_900, 6_000]
    assert balance("claims") == 9_900


def test_an_objection_takes_the_charge_back_until_another_person_decides(scene):
    scene.confirmed()
    clerk = scene.complaint.clerk
    with clock.travel_to(scene.complaint.now):
        claim = compensation.dispute_claim(
            claim=scene.claim, reason="已经当面退款", by=clerk, key=fresh_key()
        )
        assert sums(scene) == ("claimed", 0, 0, 0)
        with pytest.raises(FundClaimSettled):
            compensation.propose_write_off(claim=claim, reason="-", by=scene.zhang, key=fresh_key())
        compensation.reject_dispute(claim=claim, note="没有凭证", by=scene.zhang)
        compensation.reject_dispute(claim=claim, note="没有凭证", by=scene.zhang)
    assert bookings(scene) == [6_000, -6_000, 6_000]
    with pytest.raises(FundClaimNotDisputable):
        compensation.dispute_claim(claim=claim, reason="再来", by=clerk, key=fresh_key())


def test_an_objection_that_holds_frees_the_merchant(scene):
    scene.confirmed()
    with clock.travel_to(scene.complaint.now):
        claim = compensation.dispute_claim(
            claim=scene.claim, reason="已经当面退款", by=scene.zhang, key=fresh_key()
        )
        with pytest.raises(FourEyesNeeded):
            compensation.uphold_dispute(claim=claim, note="属实", by=scene.zhang)
        compensation.uphold_dispute(claim=claim, note="属实", by=scene.wang)

    assert sums(scene) == ("waived", 0, 0, 6_000)
    assert not owes(scene)
    assert balance("losses") == 6_000


def test_two_people_write_off_and_what_still_comes_is_counted(scene):
    close(scene.confirmed(), JUNE, date(2026, 6, 1))
    with clock.travel_to(scene.complaint.now):
        proposal = compensation.propose_write_off(
            claim=scene.claim, reason="商户已注销", by=scene.zhang, key=fresh_key()
        )
        with pytest.raises(FourEyesNeeded):
            compensation.approve_write_off(proposal=proposal, by=scene.zhang)
        compensation.approve_write_off(proposal=proposal, by=scene.wang)
    assert sums(scene) == ("written_off", 6_000, 0, 6_000)
    assert owes(scene)
    with pytest.raises(MerchantOwesFund):
        _leave_and_join_again(scene)

    pay(scene, 2_000)
    assert sums(scene) == ("written_off", 6_000, 2_000, 4_000)
    assert (balance("losses"), balance("claims"), balance("settlement")) == (4_000, 0, 2_000)
    pay(scene, 4_000, "M2")
    assert sums(scene) == ("recovered", 6_000, 6_000, 0)
    assert not owes(scene)


def _leave_and_join_again(scene):
    with clock.travel_to(scene.complaint.now):
        compensation.leave_fund(membership=scene.membership, reason="停业", by=scene.zhang)
        join(scene.merchant, scene.zhang)


def test_a_merchant_that_the_fund_paid_for_is_marked_until_it_has_paid_back(scene):
    def standing():
        with clock.travel_to(scene.complaint.now):
            day = clock.business_day(scene.complaint.now)
            ((_merchant, derived),) = derive_inputs([scene.merchant.pk], day, previous_grades={})
        return derived.inputs.standing

    scene.confirmed()
    assert standing().has_unpaid_decision
    assert standing().has_missed_remedy
    close(scene, JUNE, date(2026, 6, 1))
    pay(scene, 6_000)

    assert not standing().has_unpaid_decision
    assert not standing().has_missed_remedy


def test_a_case_that_nobody_confirms_is_charged_when_it_is_deemed(scene):
    scene.paid().complaint.run_timers(scene.complaint.now + timedelta(days=14))

    assert scene.follow().case.state == "closed_deemed"
    assert bookings(scene) == [6_000]
    scene.do(
        "evaluate_case",
        member=scene.complaint.member,
        speed=1,
        fairness=5,
        result=5,
        resolved="yes",
        text="",
    )
    assert bookings(scene) == [6_000]


def test_a_merchant_that_is_suspended_owes_all_the_same(scene):
    scene.paid()
    merchants.suspend_merchant(merchant=scene.merchant, reason="停业", by=scene.zhang)
    scene.do("confirm_remedy", member=scene.complaint.member)

    assert bookings(scene) == [6_000]

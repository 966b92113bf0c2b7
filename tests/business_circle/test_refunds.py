"""What goes back takes its points back: before the payment, after it, in parts, once."""

import pytest

from district.kernel import clock
from loyalty import services as loyalty
from loyalty.business_circle import services as business_circle
from loyalty.business_circle.errors import ContradictingNotice
from loyalty.business_circle.models import MallRefund
from loyalty.models import ParkedRefund, Refund
from tests.business_circle.mall_steps import (
    authorize,
    fresh,
    fresh_key,
    member_of,
    note,
    note_refund,
    paid,
    pay,
    points_of,
    refunded,
    report_at_till,
)
from tests.factories.loyalty import pay_points
from tests.factories.members import make_member


def test_a_refund_takes_back_what_is_no_longer_due(member, store):
    payment = pay(store)

    refund = note_refund(refunded(payment, 8_000))

    assert refund.state == "applied"
    assert refund.ledger_refund.refund_no == refund.refund_id
    assert points_of(member) == (46, 0)


def test_a_repeated_refund_takes_nothing_twice(member, store):
    payment = pay(store)
    report = refunded(payment, 8_000)

    assert note_refund(report).pk == note_refund(report).pk
    assert (points_of(member), Refund.objects.count()) == ((46, 0), 1)


def test_another_report_of_the_same_refund_is_left_to_a_person(member, store):
    payment = pay(store)
    refund = note_refund(refunded(payment, 8_000))

    with pytest.raises(ContradictingNotice):
        note_refund(refunded(payment, 8_001, refund_id=refund.refund_id))
    with pytest.raises(ContradictingNotice):
        note_refund(refunded(pay(store), 8_000, refund_id=refund.refund_id))

    assert fresh(refund).refund_fen == 8_000


def test_refunds_before_the_payment_wait_and_are_applied_with_it(member, store):
    report = paid(store)
    early = [note_refund(refunded(report, fen)) for fen in (3_000, 5_000)]
    assert {refund.state for refund in early} == {"waiting"}

    note(report)

    assert {fresh(refund).state for refund in early} == {"applied"}
    assert points_of(member) == (46, 0)
    assert ParkedRefund.objects.count() == 0


def test_a_refund_of_a_payment_that_waits_is_applied_when_it_is_credited(store):
    payment = pay(store)
    refund = note_refund(refunded(payment, 12_680))
    assert refund.state == "waiting"

    authorize()
    business_circle.credit_waiting_payments()

    assert fresh(refund).state == "applied"
    assert points_of(member_of()) == (0, 0)


def test_a_refund_of_what_lapsed_needs_nothing(store):
    payment = pay(store)
    refund = note_refund(refunded(payment, 100))

    with clock.travel_to(payment.waits_until):
        business_circle.lapse_waiting_payments()

    assert (fresh(refund).state, fresh(refund).reason) == ("not_needed", "without_points")


def test_a_refund_after_the_points_were_spent_is_owed(member, store):
    payment = pay(store)
    pay_points(member, store, points=100)

    note_refund(refunded(payment, 12_680))

    assert points_of(member) == (0, 100)


def test_the_surviving_member_gives_back_after_a_merger(member, store, operator):
    payment = pay(store)
    into = make_member("小林二")
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())

    assert note_refund(refunded(payment, 12_680)).state == "applied"
    assert points_of(into) == (0, 0)


def test_a_refund_of_another_sum_of_the_payment_is_left_to_a_person(member, store):
    payment = pay(store)

    refund = note_refund(refunded(payment, 100, payment_fen=12_681))

    assert (refund.state, refund.reason) == ("refused", "amount_differs")
    assert points_of(member) == (126, 0)


def test_refunds_above_the_payment_are_left_to_a_person(member, store):
    payment = pay(store)
    note_refund(refunded(payment, 8_000))

    refund = note_refund(refunded(payment, 4_681))

    assert (refund.state, refund.reason) == ("refused", "above_the_rest")
    assert points_of(member) == (46, 0)


def test_a_refund_number_that_the_store_has_used_is_left_to_a_person(member, store):
    receipt = report_at_till(member, store, paid_fen=5_000, no="T-1")
    taken = refunded(paid(store), 100)
    loyalty.refund_purchase(
        store=store,
        purchase_refund=loyalty.PurchaseRefund(store, receipt.receipt_no, taken.refund_id, 100),
        actor="till:1",
        key=fresh_key(),
    )
    payment = pay(store)

    refund = note_refund(refunded(payment, 100, refund_id=taken.refund_id))

    assert (refund.state, refund.reason) == ("refused", "number_taken")


def test_a_whole_refund_before_its_payment_leaves_nothing(member, store):
    report = paid(store)
    note_refund(refunded(report, report.amount_fen))
    note(report)

    assert points_of(member) == (0, 0)
    assert MallRefund.objects.get().state == "applied"

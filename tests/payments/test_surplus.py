"""Money that nobody owes: it is written down, goes back at once, and only an unknown number waits for a person."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.channels.base import ChannelPayment, ContradictingAnswer, RefundState
from district.payments.models import Payment, PaymentRefund
from tests.payments.payment_steps import (
    PRICE_FEN,
    accept,
    events,
    fresh,
    fresh_key,
    let_waiting_calls_be_due,
    note,
    place_paid,
    place_prepared,
    work,
)


def closed_order(bank, member):
    order = place_prepared(member)
    payments.close_order(order=order)
    work()
    return fresh(order)


def test_money_for_a_closed_order_is_refunded_and_told_when_it_is_back(bank, member):
    order = closed_order(bank, member)
    bank.refund_state = RefundState.SUCCEEDED

    payment = accept(bank.pay(order))
    assert (payment.role, payment.cause) == ("surplus", "closed_order")
    assert events("SurplusReturned") == []
    payments.send_refunds()

    refund = PaymentRefund.objects.get()
    assert (refund.state, refund.origin, refund.amount_fen) == ("succeeded", "surplus", PRICE_FEN)
    assert events("SurplusReturned") == [
        {"refund": refund.pk, "order": order.pk, "amount_fen": PRICE_FEN, "cause": "closed_order"}
    ]
    assert fresh(order).state == "closed"
    assert events("OrderPaid") == events("PaymentRefunded") == []


def test_a_second_payment_of_an_order_goes_back_and_the_first_stands(bank, member):
    order = place_paid(bank, member)

    second = accept(bank.pay(order))

    assert (second.role, second.cause) == ("surplus", "second_payment")
    assert fresh(order).accepted_payment_id != second.pk
    assert [refund.payment_id for refund in PaymentRefund.objects.all()] == [second.pk]


@pytest.mark.parametrize("difference", [-1, 1])
def test_a_wrong_sum_goes_back_and_its_order_is_over(bank, member, difference):
    order = place_prepared(member)

    payment = accept(bank.pay(order, amount_fen=PRICE_FEN + difference))

    assert (payment.role, payment.cause) == ("surplus", "wrong_amount")
    assert (fresh(order).state, fresh(order).close_reason) == ("closed", "wrong_amount")
    assert PaymentRefund.objects.get().amount_fen == PRICE_FEN + difference
    assert events("OrderPaid") == []


def test_a_wrong_sum_for_an_order_that_is_closing_closes_it_for_its_first_reason(bank, member):
    order = place_prepared(member)
    payments.close_order(order=order)
    bank.pay(order, amount_fen=1)

    work()

    assert (fresh(order).state, fresh(order).close_reason) == ("closed", "by_app")


def test_money_for_an_unknown_number_waits_for_a_person(bank, member, zhang):
    payment = ChannelPayment(
        order_number="P20260101ABCDEFGHJKLMNPQR",
        transaction_id="T1",
        amount_fen=900,
        payer_total_fen=900,
        paid_at=clock.now(),
    )

    row = accept(payment)
    assert accept(payment).pk == row.pk
    assert (row.cause, row.order, PaymentRefund.objects.count()) == ("unknown_order", None, 0)

    payments.propose_refund(
        payment=row, amount_fen=900, reason="不明来款退回", by=zhang, key=fresh_key()
    )
    bank.refund_state = RefundState.SUCCEEDED
    payments.send_refunds()
    assert events("SurplusReturned")[0]["order"] is None


def test_a_transaction_reported_with_two_sums_is_believed_once(bank, member):
    order = place_prepared(member)
    paid = bank.pay(order, transaction_id="T1")
    accept(paid)

    with pytest.raises(ContradictingAnswer):
        accept(bank.pay(order, transaction_id="T1", amount_fen=1))

    assert Payment.objects.count() == 1


def test_surplus_that_the_channel_does_not_return_is_tried_three_times_then_left_to_a_person(
    bank, member, zhang
):
    payment = accept(bank.pay(closed_order(bank, member)))

    for _ in range(5):
        work()
        for refund in PaymentRefund.objects.filter(state="processing"):
            note(bank.finish(refund, RefundState.CLOSED))

    assert [refund.state for refund in PaymentRefund.objects.order_by("pk")] == ["closed"] * 3
    assert fresh(payment).left_fen == PRICE_FEN
    payments.propose_refund(
        payment=payment, amount_fen=PRICE_FEN, reason="人工退回", by=zhang, key=fresh_key()
    )
    bank.refund_state = RefundState.SUCCEEDED
    work()
    assert fresh(payment).refunded_fen == PRICE_FEN


def test_the_next_attempt_to_return_surplus_waits_an_hour(bank, member):
    accept(bank.pay(closed_order(bank, member)))
    payments.send_refunds()
    note(bank.finish(PaymentRefund.objects.get(), RefundState.CLOSED))

    assert payments.send_refunds() == 0
    assert PaymentRefund.objects.get(
        state="requested"
    ).next_attempt_at > clock.real_now() + timedelta(minutes=59)
    let_waiting_calls_be_due()
    assert payments.send_refunds() == 1

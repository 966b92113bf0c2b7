"""Refunds: partial, repeated, never above what was paid, two people above a limit."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.payments import calls, retries
from district.payments import services as payments
from district.payments.channels.base import ContradictingAnswer, RefundState
from district.payments.errors import (
    OrderNotPaid,
    RefundAboveTheRest,
    RefundTooLate,
    TooManyRefunds,
)
from district.payments.models import Payment, PaymentRefund
from tests.payments.payment_steps import (
    PRICE_FEN,
    events,
    fresh,
    let_waiting_calls_be_due,
    note,
    place,
    refund,
    sums,
    work,
)


def test_a_refund_goes_out_under_its_number_and_the_app_hears_when_it_is_through(bank, order):
    wanted = refund(order, 500)
    assert (wanted.state, sums(order.accepted_payment)) == ("requested", (500, 0))

    payments.send_refunds()
    assert fresh(wanted).state == "processing"
    note(bank.finish(wanted))

    assert fresh(wanted).state == "succeeded"
    assert sums(order.accepted_payment) == (500, 500)
    assert events("PaymentRefunded") == [
        {
            "refund": wanted.pk,
            "order": order.pk,
            "purpose": "parking.stay",
            "subject": order.subject,
            "member": order.member_id,
            "amount_fen": 500,
            "refunded_fen": 500,
            "left_fen": 1_000,
        }
    ]


def test_a_refund_is_asked_for_once_per_key(bank, order):
    key = Key.of("parking", "refund-1", fen=500)

    assert refund(order, 500, key=key).pk == refund(order, 500, key=key).pk
    assert PaymentRefund.objects.count() == 1
    with pytest.raises(KeyReused):
        refund(order, 600, key=Key.of("parking", "refund-1", fen=600))


def test_partial_refunds_never_come_to_more_than_was_paid(bank, order):
    refund(order, 700)
    refund(order, 700)

    with pytest.raises(RefundAboveTheRest) as refused:
        refund(order, 101)
    assert refused.value.facts == {"left_fen": 100}
    refund(order, 100)

    work()
    for row in PaymentRefund.objects.all():
        note(bank.finish(row))
    assert sums(order.accepted_payment) == (PRICE_FEN, PRICE_FEN)
    assert [event["left_fen"] for event in events("PaymentRefunded")][-1] == 0


def test_an_unpaid_order_has_nothing_to_refund(bank, member):
    with pytest.raises(OrderNotPaid):
        refund(place(member), 1)


def test_a_payment_of_last_year_cannot_be_refunded(bank, order):
    with clock.travel_to(clock.now() + timedelta(days=365)), pytest.raises(RefundTooLate):
        refund(order, 1)


def test_a_payment_has_fifty_refunds(bank, order):
    for _ in range(50):
        refund(order, 1)

    with pytest.raises(TooManyRefunds):
        refund(order, 1)
    assert sums(order.accepted_payment) == (50, 0)


def test_a_refund_that_failed_gives_its_amount_back_after_partial_ones(bank, order):
    first, second = refund(order, 1_000), refund(order, 500)
    payments.send_refunds()
    note(bank.finish(first))
    note(bank.finish(second, RefundState.CLOSED))

    assert sums(order.accepted_payment) == (1_000, 1_000)
    assert [event["refund"] for event in events("RefundFailed")] == [second.pk]
    third = refund(order, 500)
    payments.send_refunds()
    note(bank.finish(third))
    assert sums(order.accepted_payment) == (PRICE_FEN, PRICE_FEN)


def test_reports_of_a_refund_may_come_late_twice_and_in_any_order(bank, order):
    wanted = refund(order, 500)
    payments.send_refunds()
    processing = bank.refunds[wanted.number]
    succeeded = bank.finish(wanted)

    for answer in [
        succeeded,
        succeeded,
        processing,
        bank._answer(wanted.number, RefundState.CLOSED),
    ]:
        note(answer)

    assert fresh(wanted).state == "succeeded"
    assert sums(order.accepted_payment) == (500, 500)
    assert len(events("PaymentRefunded")) == 1


def test_a_notice_may_overtake_the_answer_of_the_call(bank, order):
    wanted = refund(order, 500)
    row = PaymentRefund.objects.select_related("payment").get(pk=wanted.pk)
    answer = bank.refund(calls.channel_refund(row))
    note(bank.finish(wanted))

    note(answer)

    assert fresh(wanted).state == "succeeded"


def test_a_closed_refund_that_succeeded_after_all_is_counted(bank, order):
    wanted = refund(order, 500)
    payments.send_refunds()
    note(bank.finish(wanted, RefundState.CLOSED))

    note(bank.finish(wanted))

    assert (fresh(wanted).state, sums(order.accepted_payment)) == ("succeeded", (500, 500))


def test_an_abnormal_refund_keeps_its_amount_until_the_channel_says_more(bank, order):
    wanted = refund(order, PRICE_FEN)
    payments.send_refunds()
    note(bank.finish(wanted, RefundState.ABNORMAL))
    assert (fresh(wanted).state, sums(order.accepted_payment)) == ("abnormal", (PRICE_FEN, 0))

    bank.finish(wanted)
    work()

    assert (fresh(wanted).state, sums(order.accepted_payment)) == (
        "succeeded",
        (PRICE_FEN, PRICE_FEN),
    )


def test_a_refund_whose_notice_never_came_is_found_by_query(bank, order):
    wanted = refund(order, 500)
    payments.send_refunds()
    bank.finish(wanted)

    assert payments.query_refunds() == 0  # five minutes are given to the notice
    let_waiting_calls_be_due()
    payments.query_refunds()

    assert fresh(wanted).state == "succeeded"


@pytest.mark.parametrize(("field", "value"), [("amount_fen", 1), ("transaction_id", "T9")])
def test_a_refund_reported_otherwise_is_not_believed(bank, order, field, value):
    wanted = refund(order, 500)
    payments.send_refunds()

    with pytest.raises(ContradictingAnswer):
        note(replace(bank.finish(wanted), **{field: value}))
    assert fresh(wanted).state == "processing"


def test_a_refund_of_somebody_elses_number_is_not_believed(bank, order):
    wanted = refund(order, 500)
    payments.send_refunds()

    with pytest.raises(ContradictingAnswer):
        note(replace(bank.finish(wanted), number="R20260101ABCDEFGHJKLMNPQR"))


def test_an_answer_that_is_lost_is_asked_for_again_under_the_same_number(bank, order):
    wanted = refund(order, 500)
    bank.faults["refund"] = ["unavailable", "lost", "lost"]

    for _ in range(4):
        let_waiting_calls_be_due()
        payments.send_refunds()

    assert fresh(wanted).state == "processing"
    assert list(bank.refunds) == [wanted.number]
    assert (fresh(wanted).attempts, fresh(wanted).last_error) == (0, "")


def test_a_channel_that_is_down_for_a_day_leaves_the_refund_to_a_person(bank, order):
    wanted = refund(order, 500)
    bank.faults["refund"] = ["unavailable"] * retries.MAX_ATTEMPTS

    for _ in range(retries.MAX_ATTEMPTS + 2):
        let_waiting_calls_be_due()
        payments.send_refunds()

    assert fresh(wanted).set_aside_at is not None
    assert bank.count("refund") == retries.MAX_ATTEMPTS
    assert fresh(wanted).last_error == "SYSTEM_ERROR"


def test_the_database_refuses_more_than_was_paid_whoever_writes_it(bank, order):
    with (
        pytest.raises(IntegrityError, match="payment_refunds_within_amount"),
        transaction.atomic(),
    ):
        Payment.objects.filter(pk=order.accepted_payment_id).update(
            refund_reserved_fen=PRICE_FEN + 1
        )

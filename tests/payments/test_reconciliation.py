"""The channel's daily bill and our books: nothing differs, or every difference is found, named and looked after."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.channels.base import ChannelBillLine, ChannelRefused
from district.payments.errors import DifferenceClosed
from district.payments.models import (
    BillDifference,
    BillRow,
    ChannelBill,
    ChannelCall,
    Payment,
    PaymentRefund,
)
from tests.payments.bank_channel import NOON
from tests.payments.bill_steps import NEXT_MORNING, found, look_again, reconcile
from tests.payments.payment_steps import (
    PRICE_FEN,
    accept,
    events,
    fresh,
    let_waiting_calls_be_due,
    note,
    place_paid,
    place_prepared,
    refund,
)


def test_a_day_on_which_all_agree_has_no_difference(bank, member, noon):
    order = place_paid(bank, member)
    accept(bank.pay(order))  # paid twice, and given back
    wanted = refund(order, 500)
    payments.send_refunds()
    note(bank.finish(wanted))

    reconcile()

    bill = ChannelBill.objects.get()
    assert (bill.state, bill.day.isoformat()) == ("reconciled", "2026-11-21")
    assert (bill.payment_count, bill.payment_fen) == (2, 2 * PRICE_FEN)
    assert (bill.refund_count, bill.refund_fen) == (2, PRICE_FEN + 500)
    assert bill.fee_milli_fen == 2 * PRICE_FEN * 6
    assert found() == events("DifferenceFound") == []


def test_a_bill_is_wanted_once_it_is_there_and_fetched_once(bank, member, noon):
    place_paid(bank, member)

    reconcile(NOON + timedelta(hours=22))
    assert bank.count("bill") == 0  # ten in the morning is too early
    for _ in range(3):
        reconcile()

    assert bank.count("bill") == 1
    assert ChannelCall.objects.filter(operation="bill").count() == 1


def test_bills_of_days_when_nobody_came_to_fetch_them_are_fetched_later(bank, member, noon):
    place_paid(bank, member)

    reconcile(NEXT_MORNING + timedelta(days=3))

    days = ChannelBill.objects.order_by("day").values_list("day", "payment_count")
    assert [(day.day, count) for day, count in days] == [(21, 1), (22, 0), (23, 0), (24, 0)]


def test_a_bill_that_does_not_come_is_asked_for_again(bank, member, noon):
    place_paid(bank, member)
    bank.faults["bill"] = ["unavailable"] * 2

    states = []
    for _ in range(3):
        reconcile()
        states.append(ChannelBill.objects.get().state)

    assert states == ["wanted", "wanted", "reconciled"]


def test_a_bill_that_breaks_off_counts_for_nothing(bank, member, noon, monkeypatch):
    place_paid(bank, member)
    whole = bank.bill

    def broken(day):
        yield from whole(day)
        raise ChannelRefused("BILL_CORRUPT")

    with monkeypatch.context() as patch:
        patch.setattr(bank, "bill", broken)
        reconcile()
    assert (ChannelBill.objects.get().state, BillRow.objects.count()) == ("wanted", 0)

    reconcile()
    assert ChannelBill.objects.get().payment_count == 1


def test_a_bill_with_a_row_twice_is_not_believed(bank, member, noon, monkeypatch):
    place_paid(bank, member)
    lines = list(bank.bill(clock.business_day(NOON)))
    monkeypatch.setattr(bank, "bill", lambda day: iter([*lines, *lines]))

    reconcile()

    assert ChannelBill.objects.get().state == "wanted"
    assert ChannelCall.objects.get(operation="bill").outcome == "unreadable"


def test_money_that_nobody_heard_of_is_found_by_the_bill_and_accepted(bank, member, noon):
    order = place_prepared(member, expires_at=NOON + timedelta(days=3))
    bank.pay(order)
    reconcile()
    assert found() == [("missing_here", order.number, PRICE_FEN, "open")]

    look_again()

    assert fresh(order).state == "paid"
    assert Payment.objects.get().source == "bill"
    assert found() == [("missing_here", order.number, PRICE_FEN, "settled")]


def test_money_for_a_closed_order_that_nobody_heard_of_goes_back(bank, member, noon):
    order = place_prepared(member)
    payments.close_order(order=order)
    let_waiting_calls_be_due()
    payments.close_wanted_orders()
    bank.pay(order)
    reconcile()

    look_again()

    assert Payment.objects.get().cause == "closed_order"
    assert PaymentRefund.objects.get().amount_fen == PRICE_FEN
    assert found()[0][3] == "settled"


def test_a_refund_whose_end_nobody_heard_of_settles_by_query(bank, member, noon):
    wanted = refund(place_paid(bank, member), 500)
    payments.send_refunds()
    bank.finish(wanted)
    reconcile()
    assert found() == [("refund_state_differs", wanted.number, -500, "open")]

    look_again()

    assert fresh(wanted).state == "succeeded"
    assert found()[0][3] == "settled"


def test_what_the_next_days_bill_holds_settles_a_difference_of_midnight(
    bank, member, noon, monkeypatch
):
    order = place_paid(bank, member)
    paid = order.accepted_payment
    late = ChannelBillLine(
        transaction_id=paid.transaction_id,
        order_number=order.number,
        amount_fen=PRICE_FEN,
        fee_milli_fen=0,
        at=NOON + timedelta(hours=12),
    )
    bills = {21: [], 22: [late]}
    monkeypatch.setattr(bank, "bill", lambda day: iter(bills[day.day]))
    reconcile()
    assert found() == [("missing_at_channel", order.number, -PRICE_FEN, "open")]

    reconcile(NEXT_MORNING + timedelta(days=1))
    look_again(NEXT_MORNING + timedelta(days=1))

    assert found() == [("missing_at_channel", order.number, -PRICE_FEN, "settled")]


def test_two_payments_of_one_order_that_nobody_heard_of_are_two_differences(bank, member, noon):
    order = place_prepared(member)
    first, second = bank.pay(order), bank.pay(order)
    reconcile()
    assert [row[0] for row in found()] == ["missing_here"] * 2

    look_again()

    # The channel tells of one payment of an order; the other one is for a person to ask about.
    assert fresh(order).accepted_payment.transaction_id == first.transaction_id
    left = BillDifference.objects.get(state="open")
    assert (left.transaction_id, left.order) == (second.transaction_id, order)


def test_a_difference_is_noted_once_however_often_it_is_looked_at(bank, member, noon):
    order = place_paid(bank, member)
    bank.payments.clear()
    reconcile()
    for _ in range(3):
        look_again()
    bill = ChannelBill.objects.get()

    assert len(payments.reconcile_bill(bill=bill)) == 1
    assert found() == [("missing_at_channel", order.number, -PRICE_FEN, "open")]
    assert len(events("DifferenceFound")) == 1


def test_a_person_explains_what_will_not_settle(bank, member, noon, zhang):
    place_paid(bank, member)
    bank.payments.clear()
    reconcile()
    difference = BillDifference.objects.get()

    payments.explain_difference(difference=difference, note="渠道确认漏单，次日补录", by=zhang)

    row = fresh(difference)
    assert (row.state, row.explained_by, row.note) == ("explained", zhang, "渠道确认漏单，次日补录")
    with pytest.raises(DifferenceClosed):
        payments.explain_difference(difference=difference, note="再说一遍", by=zhang)
    look_again()
    assert fresh(difference).state == "explained"

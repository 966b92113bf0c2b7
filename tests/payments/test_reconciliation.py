"""The channel's daily bill and our books: nothing differs, or every difference is found, named and looked after."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

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
from tests.payments.test_promises import let_triggers_rest

NEXT_MORNING = NOON + timedelta(hours=23)


@pytest.fixture
def noon(database):
    """A day with its bill a day later."""
    with clock.travel_to(NOON):
        yield


def reconcile(at=NEXT_MORNING):
    """What the task does on the next morning."""
    with clock.travel_to(at):
        payments.want_bills()
        let_waiting_calls_be_due()
        payments.fetch_bills()
        payments.reconcile_bills()


def look_again(at=NEXT_MORNING + timedelta(hours=7)):
    with clock.travel_to(at):
        let_waiting_calls_be_due()
        payments.settle_differences()


def found():
    rows = BillDifference.objects.order_by("kind", "pk")
    return [(row.kind, row.number, row.amount_fen, row.state) for row in rows]


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


ORDERS, REFUNDS = 10_000, 500


BIG_DAY = """
insert into payments_order (public_id, number, channel, purpose, subject, member_id, description, amount_fen,
    state, created_at, expires_at)
select 'pay_' || lpad(n::text, 22, '0'), 'P20261121' || lpad(n::text, 16, '0'), 'bank', 'parking.stay',
    'big-' || n, %(member)s, '停车费', 100 + n, 'awaiting_payment', %(at)s, %(at)s + interval '1 hour'
from generate_series(0, %(orders)s - 1) n;

insert into payments_payment (public_id, channel, transaction_id, order_id, order_number, amount_fen, role,
    source, refund_reserved_fen, refunded_fen, paid_at, received_at)
select 'ptx_' || right(number, 22), 'bank', 'T' || number, id, number, amount_fen, 'accepted', 'notice',
    back, back, %(at)s, %(at)s
from payments_order, lateral (
    select case when amount_fen < 100 + %(refunds)s then 50 else 0 end as back
) refunded;

update payments_order o set state = 'paid', accepted_payment_id = p.id, paid_at = p.paid_at
from payments_payment p where p.order_id = o.id;

insert into payments_paymentrefund (public_id, number, payment_id, sequence, amount_fen, reason, origin, actor, state,
    channel_refund_id, requested_at, accepted_at, succeeded_at)
select 'prf_' || right(order_number, 22), 'R' || substr(order_number, 2), id, 1, 50, '多收', 'app', 'app:parking',
    'succeeded', 'B' || id, %(at)s, %(at)s, %(at)s
from payments_payment where refunded_fen > 0;
"""


@pytest.fixture
def big_day(bank, member, noon):
    """Ten thousand paid orders and some hundred refunds, the same here and at the bank: its lines."""
    values = {"member": member.pk, "at": NOON, "orders": ORDERS, "refunds": REFUNDS}
    with connection.cursor() as cursor:
        for statement in BIG_DAY.split(";")[:-1]:
            cursor.execute(
                statement, {name: values[name] for name in values if f"%({name})" in statement}
            )
    lines = [
        ChannelBillLine(
            transaction_id=row.transaction_id,
            order_number=row.order_number,
            amount_fen=row.amount_fen,
            fee_milli_fen=row.amount_fen * 6,
            at=NOON,
        )
        for row in Payment.objects.order_by("order_number")
    ]
    lines += [
        ChannelBillLine(
            transaction_id=row.payment.transaction_id,
            order_number=row.payment.order_number,
            refund_number=row.number,
            refund_state="succeeded",
            amount_fen=50,
            fee_milli_fen=0,
            at=NOON,
        )
        for row in PaymentRefund.objects.select_related("payment").order_by("number")
    ]
    return lines


def test_ten_thousand_orders_agree_and_each_of_seven_planted_differences_is_named(
    bank, big_day, monkeypatch
):
    lines = big_day
    monkeypatch.setattr(bank, "bill", lambda day: iter(lines))
    reconcile()
    bill = ChannelBill.objects.get()
    assert (bill.payment_count, bill.refund_count) == (ORDERS, REFUNDS)
    assert found() == []

    stranger = replace(lines[0], transaction_id="T-stranger", order_number="P-stranger")
    paid, back = lines[:ORDERS], lines[ORDERS:]
    planted = [
        *(stranger, replace(paid[1], amount_fen=paid[1].amount_fen + 7), *paid[2:-1]),
        *(paid[0], replace(back[0], amount_fen=51), replace(back[1], refund_state="closed")),
        *(replace(back[2], refund_number="R-stranger"), *back[4:]),
    ]
    # The day is compared anew with another bill: the first one is forgotten, as no verb could.
    let_triggers_rest()
    for model in (BillRow, ChannelCall, ChannelBill):
        model.objects.all().delete()
    monkeypatch.setattr(bank, "bill", lambda day: iter(planted))
    reconcile()

    missing = sorted([back[2].refund_number, back[3].refund_number])
    assert sorted((kind, number, fen) for kind, number, fen, _state in found()) == [
        ("amount_differs", paid[1].order_number, 7),
        ("missing_at_channel", paid[-1].order_number, -paid[-1].amount_fen),
        ("missing_here", "P-stranger", 100),
        ("refund_amount_differs", back[0].refund_number, -1),
        ("refund_missing_at_channel", missing[0], 50),
        ("refund_missing_at_channel", missing[1], 50),
        ("refund_missing_here", "R-stranger", -50),
        ("refund_state_differs", back[1].refund_number, 50),
    ]
    assert {state for *_rest, state in found()} == {"open"}
    assert len(events("DifferenceFound")) == 8

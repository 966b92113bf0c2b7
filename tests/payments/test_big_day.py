"""Ten thousand orders of a day: all agree, and each planted difference is found and named."""

from dataclasses import replace

import pytest
from django.db import connection

from district.payments.channels.base import ChannelBillLine
from district.payments.models import (
    BillRow,
    ChannelBill,
    ChannelCall,
    Payment,
    PaymentRefund,
)
from tests.payments.bank_channel import NOON
from tests.payments.bill_steps import found, reconcile
from tests.payments.breaches import let_triggers_rest
from tests.payments.payment_steps import (
    events,
)

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

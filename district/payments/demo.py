"""What the demo has of payments: a fortnight of parking fees, refunds, surplus, and the channel's bills.

The rows are as a channel would have left them. No channel is asked, and workers leave alone what still waits: the
stand-in for WeChat knows nothing of these orders.
"""

from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Merchant
from district.payments import services as payments
from district.payments.channels.base import ChannelPayment, RefundAnswer, RefundState
from district.payments.models import (
    BillDifference,
    BillRow,
    ChannelBill,
    ChannelCall,
    Order,
    Payment,
    PaymentRefund,
)
from district.payments.numbers import new_number

CHANNEL = "wechat"
# The newest day is left free: its bill comes tomorrow, from a channel that knows nothing of all this.
FIRST_DAY, LAST_DAY = 12, 2
ORDERS_A_DAY = 12
_PRICES_FEN = (500, 800, 1_000, 1_500, 2_000, 3_600)
_LARGE_FEN = 68_000
_LONG = timedelta(days=365)


def play_payments(context: Any) -> None:
    """Orders and refunds of a fortnight, and the bills of their days with two differences."""
    (first, second), members = context.main_merchants, context.member_cycle()
    payees = [None, first.merchant, None, second.merchant]
    for days_ago in range(FIRST_DAY, LAST_DAY - 1, -1):
        for number, member in enumerate(islice(members, ORDERS_A_DAY)):
            at = context.at(days_ago, 9 + number, 7 * number % 60)
            with clock.travel_to(at):
                _play_order(member, payees[number % len(payees)], days_ago, number, at)
    with context.travel_to(LAST_DAY, 22):
        _play_large_refunds(context, first.merchant, next(members))
    for days_ago in range(FIRST_DAY, 0, -1):
        with context.travel_to(days_ago - 1, 10, 40):
            _write_bill(clock.business_day(context.at(days_ago, 12)), days_ago)
    _leave_alone()


def _play_order(
    member: Member, merchant: Merchant | None, days_ago: int, number: int, at: datetime
) -> None:
    price_fen = _PRICES_FEN[(days_ago + number) % len(_PRICES_FEN)]
    order = _place(member, merchant, price_fen, f"demo-{days_ago}-{number}", at)
    if number == ORDERS_A_DAY - 1:
        # Nobody paid.
        order.state = Order.State.CREATED
        order.save(update_fields=["state"])
        payments.close_order(order=order)
        return
    payment = _pay(order, price_fen, at)
    if number == 0:
        _refund(order, price_fen // 2, days_ago, RefundState.SUCCEEDED)
    if number == 1 and days_ago % 4 == 0:
        # Paid twice; the second one goes back.
        surplus = _pay(order, price_fen, at, suffix="B")
        _finish(surplus.refunds.get(), RefundState.SUCCEEDED)
    assert payment.role == Payment.Role.ACCEPTED


def _place(
    member: Member, merchant: Merchant | None, price_fen: int, subject: str, at: datetime
) -> Order:
    order = Order.objects.create(
        number=new_number("P", at),
        channel=CHANNEL,
        purpose="parking.stay",
        subject=subject,
        member=member,
        merchant=merchant,
        description="停车费",
        amount_fen=price_fen,
        state=Order.State.AWAITING_PAYMENT,
        created_at=at,
        expires_at=at + timedelta(minutes=15),
    )
    ChannelCall.objects.create(
        at=at,
        channel=CHANNEL,
        operation=ChannelCall.Operation.PLACE,
        order=order,
        outcome=ChannelCall.Outcome.COMPLETED,
        duration_ms=120,
    )
    return order


def _pay(order: Order, amount_fen: int, at: datetime, *, suffix: str = "A") -> Payment:
    return payments.accept_payment(
        channel=CHANNEL,
        payment=ChannelPayment(
            order_number=order.number,
            transaction_id=f"4200{order.number[1:]}{suffix}",
            amount_fen=amount_fen,
            payer_total_fen=amount_fen,
            paid_at=at + timedelta(seconds=40),
        ),
        source=Payment.Source.NOTICE,
    )


def _refund(order: Order, amount_fen: int, number: int, state: RefundState) -> None:
    refund = payments.refund_payment(
        order=order,
        amount_fen=amount_fen,
        reason="停车优惠补退",
        actor="system",
        key=Key.of("demo:payments", f"refund-{number}-{order.subject}"),
    )
    _finish(refund, state)


def _finish(refund: PaymentRefund, state: RefundState) -> None:
    at = clock.now()
    payments.note_refund(
        channel=CHANNEL,
        answer=RefundAnswer(
            number=refund.number,
            refund_id=f"5030{refund.number[1:]}",
            transaction_id=refund.payment.transaction_id,
            amount_fen=refund.amount_fen,
            state=state,
            accepted_at=at,
            succeeded_at=at if state == RefundState.SUCCEEDED else None,
        ),
    )


def _play_large_refunds(context: Any, merchant: Merchant, member: Member) -> None:
    """One that waits for the second operator, one that the payer's bank does not take."""
    at = clock.now()
    order = _place(member, merchant, _LARGE_FEN, "demo-large", at)
    payment = _pay(order, _LARGE_FEN, at)
    payments.propose_refund(
        payment=payment,
        amount_fen=_LARGE_FEN // 2,
        reason="道闸故障，长时停车减半",
        by=context.operator,
        key=Key.of("demo:payments", "proposal"),
    )
    _refund(order, 1_000, 0, RefundState.ABNORMAL)


def _write_bill(day: Any, days_ago: int) -> None:
    """As the channel has the day, but for a payment of a stranger and a sum that differs."""
    bill = ChannelBill.objects.create(channel=CHANNEL, day=day)
    start = clock.start_of_day(day)
    of_day = {"start": start, "end": start + timedelta(days=1)}
    rows = [*_payment_rows(bill, **of_day), *_refund_rows(bill, **of_day)]
    if days_ago == FIRST_DAY:
        rows[1].amount_fen += 100
        rows.append(_stranger(bill, start + timedelta(hours=12)))
    BillRow.objects.bulk_create(rows)
    paid = [row for row in rows if row.kind == BillRow.Kind.PAYMENT]
    back = [row for row in rows if row.kind == BillRow.Kind.REFUND]
    ChannelBill.objects.filter(pk=bill.pk).update(
        state=ChannelBill.State.FETCHED,
        fetched_at=clock.now(),
        digest=bytes(32),
        payment_count=len(paid),
        payment_fen=sum(row.amount_fen for row in paid),
        refund_count=len(back),
        refund_fen=sum(row.amount_fen for row in back),
        fee_milli_fen=sum(row.fee_milli_fen for row in rows),
    )
    payments.reconcile_bill(bill=bill)


def _payment_rows(bill: ChannelBill, start: datetime, end: datetime) -> list[BillRow]:
    of_day: QuerySet[Payment] = Payment.objects.filter(
        channel=CHANNEL, paid_at__gte=start, paid_at__lt=end
    )
    return [
        BillRow(
            bill=bill,
            kind=BillRow.Kind.PAYMENT,
            transaction_id=payment.transaction_id,
            order_number=payment.order_number,
            amount_fen=payment.amount_fen,
            fee_milli_fen=payment.amount_fen * 6,
            at=payment.paid_at,
        )
        for payment in of_day.order_by("pk")
    ]


def _refund_rows(bill: ChannelBill, start: datetime, end: datetime) -> list[BillRow]:
    of_day = PaymentRefund.objects.filter(accepted_at__gte=start, accepted_at__lt=end)
    return [
        BillRow(
            bill=bill,
            kind=BillRow.Kind.REFUND,
            transaction_id=refund.payment.transaction_id,
            order_number=refund.payment.order_number,
            refund_number=refund.number,
            refund_state=refund.state,
            amount_fen=refund.amount_fen,
            at=refund.accepted_at,
        )
        for refund in of_day.select_related("payment").order_by("pk")
        if refund.accepted_at is not None
    ]


def _stranger(bill: ChannelBill, at: datetime) -> BillRow:
    number = new_number("P", at)
    return BillRow(
        bill=bill,
        kind=BillRow.Kind.PAYMENT,
        transaction_id=f"4200{number[1:]}",
        order_number=number,
        amount_fen=2_500,
        fee_milli_fen=15_000,
        at=at,
    )


def _leave_alone() -> None:
    later = clock.real_now() + _LONG
    PaymentRefund.objects.filter(state=PaymentRefund.State.ABNORMAL).update(next_attempt_at=later)
    BillDifference.objects.filter(state=BillDifference.State.OPEN).update(next_attempt_at=later)


CHAPTERS = [("parking fees are paid and given back", play_payments)]

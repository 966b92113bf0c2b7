"""Money arrived: it is accepted for its order, or it is surplus and goes back."""

import logging

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from district.kernel import attempts, clock
from district.kernel.outbox.events import emit
from district.payments import transitions
from district.payments.channels.base import ChannelPayment, ContradictingAnswer
from district.payments.events import OrderPaid
from district.payments.models import Order, Payment, PaymentRefund

Role, Cause = Payment.Role, Payment.Cause
logger = logging.getLogger("district.payments")


@transaction.atomic
def accept_payment(*, channel: str, payment: ChannelPayment, source: str) -> Payment:
    """The payment as it stands in our books, written once however often it is reported.

    Accepted is the first one of the right sum for an order that is open, also for one about to be closed.
    Surplus for an order of ours goes back at once. For a number that we do not know it waits for a person:
    after a restore, or beside another system with the same merchant, it may be well owed.

    Raises ContradictingAnswer when the transaction stands here with another sum or number.
    """
    orders = Order.objects.select_for_update(no_key=True)
    order = orders.filter(channel=channel, number=payment.order_number).first()
    if (earlier := _recorded(channel, payment)) is not None:
        return earlier
    role, cause = _judge(order, payment)
    try:
        with transaction.atomic():
            row = _write(payment, order, channel=channel, source=source, role=role, cause=cause)
    except IntegrityError:
        # Two reports at once of money for an unknown number: there is no order to wait at.
        if (earlier := _recorded(channel, payment)) is None:
            raise
        return earlier
    if order is not None and role == Role.ACCEPTED:
        _mark_paid(order, row)
    elif order is not None:
        _return_surplus(row)
        if cause == Cause.WRONG_AMOUNT and order.is_open:
            # Its number is used up: nobody can pay the right sum under it any more.
            transitions.mark_closed(order, Order.CloseReason.WRONG_AMOUNT)
    if role == Role.SURPLUS:
        logger.warning("surplus payment", extra={"payment": row.pk, "cause": str(cause)})
    return row


def _recorded(channel: str, payment: ChannelPayment) -> Payment | None:
    row = Payment.objects.filter(channel=channel, transaction_id=payment.transaction_id).first()
    if row is None:
        return None
    if (row.amount_fen, row.order_number) != (payment.amount_fen, payment.order_number):
        raise ContradictingAnswer("transaction reported differently")
    return row


def _judge(order: Order | None, payment: ChannelPayment) -> tuple[str, str]:
    if order is None:
        return Role.SURPLUS, Cause.UNKNOWN_ORDER
    if order.state == Order.State.CLOSED:
        return Role.SURPLUS, Cause.CLOSED_ORDER
    if order.state == Order.State.PAID:
        return Role.SURPLUS, Cause.SECOND_PAYMENT
    if payment.amount_fen != order.amount_fen:
        return Role.SURPLUS, Cause.WRONG_AMOUNT
    return Role.ACCEPTED, ""


def _write(payment: ChannelPayment, order: Order | None, **how: str) -> Payment:
    return Payment.objects.create(
        **how,
        transaction_id=payment.transaction_id,
        order=order,
        order_number=payment.order_number,
        amount_fen=payment.amount_fen,
        payer_total_fen=payment.payer_total_fen,
        paid_at=payment.paid_at,
        received_at=clock.now(),
    )


def _mark_paid(order: Order, payment: Payment) -> None:
    order.state, order.accepted_payment, order.paid_at = Order.State.PAID, payment, payment.paid_at
    order.close_reason = ""
    order.save(
        update_fields=[
            *("state", "accepted_payment", "paid_at", "close_reason"),
            *attempts.begin_anew(order),
        ]
    )
    emit(
        OrderPaid(
            order=order.pk,
            purpose=order.purpose,
            subject=order.subject,
            member=order.member_id,
            merchant=order.merchant_id,
            amount_fen=order.amount_fen,
        )
    )


def _return_surplus(payment: Payment) -> None:
    at = clock.now()
    transitions.reserve(payment, payment.amount_fen, at=at)
    transitions.create_refund(
        payment,
        payment.amount_fen,
        reason=_("多收款项退回"),
        origin=PaymentRefund.Origin.SURPLUS,
        actor="system",
        at=at,
    )

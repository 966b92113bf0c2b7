"""How orders and refunds change, under locks that the verbs hold: always order, then payment, then refund."""

from datetime import datetime, timedelta

from django.db.models import Max

from district.kernel import attempts, clock
from district.kernel.outbox.events import emit
from district.payments.errors import RefundAboveTheRest, RefundTooLate, TooManyRefunds
from district.payments.events import OrderClosed
from district.payments.models import Order, Payment, PaymentRefund, RefundProposal
from district.payments.models.refund import MAX_REFUNDS
from district.payments.numbers import new_number

State = Order.State
# The channels give back within a year of the payment; a day for what is under way.
REFUND_WITHIN = timedelta(days=364)


def lock_order(pk: int) -> Order:
    """The order's row, held until this transaction ends."""
    return Order.objects.select_for_update(no_key=True).get(pk=pk)


def lock_payment(pk: int) -> Payment:
    """The payment's row, held until this transaction ends; with it go its refunds and proposals."""
    payments = Payment.objects.select_for_update(no_key=True, of=("self",))
    return payments.select_related("order").get(pk=pk)


def lock_refund(pk: int) -> PaymentRefund:
    """A refund and its payment, held until this transaction ends."""
    payment = lock_payment(PaymentRefund.objects.values_list("payment_id", flat=True).get(pk=pk))
    refund = PaymentRefund.objects.select_for_update(no_key=True).get(pk=pk)
    refund.payment = payment
    return refund


def want_closed(order: Order, reason: str) -> None:
    """A locked order that is open: closed at once if its channel cannot know it, else soon, by a worker."""
    if order.state == State.CREATED:
        mark_closed(order, reason)
        return
    order.state, order.close_reason = State.CLOSING, reason
    order.save(update_fields=["state", "close_reason", *attempts.begin_anew(order)])


def mark_closed(order: Order, reason: str) -> None:
    """A locked order that is open is closed: what comes for it from now on is surplus."""
    order.state, order.closed_at = State.CLOSED, clock.now()
    order.close_reason = order.close_reason or reason
    order.save(update_fields=["state", "closed_at", "close_reason", *attempts.begin_anew(order)])
    emit(
        OrderClosed(
            order=order.pk,
            purpose=order.purpose,
            subject=order.subject,
            member=order.member_id,
            reason=order.close_reason,
        )
    )


def reserve(payment: Payment, amount_fen: int, *, at: datetime) -> None:
    """Keep a part of a locked payment for a refund. Raises RefundAboveTheRest, RefundTooLate."""
    if at > payment.paid_at + REFUND_WITHIN:
        raise RefundTooLate
    if amount_fen > payment.left_fen:
        raise RefundAboveTheRest(left_fen=payment.left_fen)
    payment.refund_reserved_fen += amount_fen
    payment.save(update_fields=["refund_reserved_fen"])


def release(payment: Payment, amount_fen: int) -> None:
    """Give back what a refund that came to nothing had kept of a locked payment."""
    payment.refund_reserved_fen -= amount_fen
    payment.save(update_fields=["refund_reserved_fen"])


def create_refund(
    payment: Payment,
    amount_fen: int,
    *,
    reason: str,
    origin: str,
    actor: str,
    at: datetime,
    proposal: RefundProposal | None = None,
    single_limit_fen: int | None = None,
    after: timedelta = timedelta(),
) -> PaymentRefund:
    """A refund of what is reserved of a locked payment, for a worker to send. Raises TooManyRefunds."""
    last = payment.refunds.aggregate(last=Max("sequence"))["last"] or 0
    if last >= MAX_REFUNDS:
        raise TooManyRefunds(max_refunds=MAX_REFUNDS)
    return PaymentRefund.objects.create(
        number=new_number("R", at),
        payment=payment,
        sequence=last + 1,
        amount_fen=amount_fen,
        reason=reason,
        origin=origin,
        actor=actor,
        proposal=proposal,
        single_limit_fen=single_limit_fen,
        requested_at=at,
        next_attempt_at=clock.real_now() + after,
    )

"""What a channel says of a refund, by its answer or by its notice."""

import logging
from datetime import timedelta

from django.db import transaction

from district.kernel import attempts, clock
from district.kernel.outbox.events import emit
from district.payments import transitions
from district.payments.channels.base import ContradictingAnswer, RefundAnswer, RefundState
from district.payments.events import PaymentRefunded, RefundFailed, SurplusReturned
from district.payments.models import Payment, PaymentRefund

State = PaymentRefund.State
# A refund of surplus that the channel closed is made anew so often, then it is left to a person.
SURPLUS_ATTEMPTS = 3
_SURPLUS_PAUSE = timedelta(hours=1)
# When a refund that the channel has is asked about again.
_NEXT_QUERY = {State.PROCESSING: timedelta(minutes=5), State.ABNORMAL: timedelta(hours=6)}
logger = logging.getLogger("district.payments")


@transaction.atomic
def note_refund(*, channel: str, answer: RefundAnswer) -> PaymentRefund:
    """The refund as it stands after what the channel says, which may come late, twice and in any order.

    What succeeded stays so. A closed one gives its amount back; should the channel say later that it succeeded
    after all, the amount is taken again.

    Raises ContradictingAnswer for a refund that is not ours or of another sum.
    """
    found = PaymentRefund.objects.filter(number=answer.number, payment__channel=channel).first()
    if found is None:
        raise ContradictingAnswer("refund unknown here")
    refund = transitions.lock_refund(found.pk)
    if (refund.amount_fen, refund.payment.transaction_id) != (
        answer.amount_fen,
        answer.transaction_id,
    ):
        raise ContradictingAnswer("refund reported differently")
    if refund.state == State.SUCCEEDED:
        return refund
    if answer.state == RefundState.SUCCEEDED:
        _succeed(refund, answer)
    elif refund.state != State.CLOSED:
        if answer.state == RefundState.CLOSED:
            _close(refund)
        else:
            _wait(refund, answer)
    return refund


def _take(refund: PaymentRefund, answer: RefundAnswer) -> list[str]:
    """The channel has it."""
    refund.channel_refund_id = answer.refund_id
    refund.accepted_at = refund.accepted_at or answer.accepted_at or clock.now()
    return ["channel_refund_id", "accepted_at"]


def _wait(refund: PaymentRefund, answer: RefundAnswer) -> None:
    # Processing after abnormal: sent on its way anew, or an answer that came late; the next query tells.
    refund.state = State(answer.state)
    if refund.state == State.ABNORMAL:
        logger.error("refund abnormal", extra={"refund": refund.pk})
    changed = attempts.begin_anew(refund, after=_NEXT_QUERY[State(refund.state)])
    refund.save(update_fields=["state", *_take(refund, answer), *changed])


def _succeed(refund: PaymentRefund, answer: RefundAnswer) -> None:
    payment = refund.payment
    if refund.state == State.CLOSED:
        payment.refund_reserved_fen += refund.amount_fen
    payment.refunded_fen += refund.amount_fen
    payment.save(update_fields=["refund_reserved_fen", "refunded_fen"])
    refund.state, refund.closed_at = State.SUCCEEDED, None
    refund.succeeded_at = answer.succeeded_at or clock.now()
    changed = [*_take(refund, answer), *attempts.begin_anew(refund)]
    refund.save(update_fields=["state", "closed_at", "succeeded_at", *changed])
    _emit_succeeded(refund, payment)


def _emit_succeeded(refund: PaymentRefund, payment: Payment) -> None:
    order = payment.order
    if payment.role == Payment.Role.SURPLUS or order is None:
        emit(
            SurplusReturned(
                refund=refund.pk,
                order=payment.order_id,
                amount_fen=refund.amount_fen,
                cause=payment.cause,
            )
        )
        return
    emit(
        PaymentRefunded(
            refund=refund.pk,
            order=order.pk,
            purpose=order.purpose,
            subject=order.subject,
            member=order.member_id,
            amount_fen=refund.amount_fen,
            refunded_fen=payment.refunded_fen,
            left_fen=payment.amount_fen - payment.refunded_fen,
        )
    )


def _close(refund: PaymentRefund) -> None:
    close_refund(refund)
    if refund.origin == PaymentRefund.Origin.SURPLUS and refund.sequence < SURPLUS_ATTEMPTS:
        _return_surplus_anew(refund)


def close_refund(refund: PaymentRefund, *, note: str = "") -> None:
    """A locked refund that came to nothing gives its amount back."""
    payment, at = refund.payment, clock.now()
    transitions.release(payment, refund.amount_fen)
    refund.state, refund.closed_at, refund.note = State.CLOSED, at, note
    changed = attempts.begin_anew(refund)
    refund.save(update_fields=["state", "closed_at", "note", *changed])
    logger.error("refund closed", extra={"refund": refund.pk})
    order = payment.order
    if payment.role == Payment.Role.ACCEPTED and order is not None:
        emit(
            RefundFailed(
                refund=refund.pk,
                order=order.pk,
                purpose=order.purpose,
                subject=order.subject,
                member=order.member_id,
                amount_fen=refund.amount_fen,
            )
        )


def _return_surplus_anew(refund: PaymentRefund) -> None:
    at = clock.now()
    transitions.reserve(refund.payment, refund.amount_fen, at=at)
    transitions.create_refund(
        refund.payment,
        refund.amount_fen,
        reason=refund.reason,
        origin=PaymentRefund.Origin.SURPLUS,
        actor="system",
        at=at,
        after=_SURPLUS_PAUSE,
    )

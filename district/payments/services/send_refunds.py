"""What a worker asks the channels about refunds; and a person's last word on one that no channel takes."""

from django.db import transaction

from district.kernel import audit, clock
from district.members.models import User
from district.payments import calls, retries, transitions
from district.payments.channels.base import ChannelError, RefundAnswer, RefundUnknown
from district.payments.channels.registry import channel_of
from district.payments.errors import (
    ChannelNotOffered,
    PaymentUnavailable,
    RefundNotSetAside,
    RefundTaken,
)
from district.payments.models import ChannelCall, PaymentRefund
from district.payments.services.note_refund import close_refund, note_refund

State = PaymentRefund.State
Operation = ChannelCall.Operation


def send_refunds(*, limit: int = retries.BATCH) -> int:
    """Ask the channels for refunds that are wanted, each under its own number for ever; how many."""
    wanted = PaymentRefund.objects.filter(state=State.REQUESTED)
    return retries.work_off(wanted, _send, limit=limit)


def query_refunds(*, limit: int = retries.BATCH) -> int:
    """Ask about refunds that the channels have and of which no notice came; how many."""
    waiting = PaymentRefund.objects.filter(state__in=PaymentRefund.ASKED_ABOUT)
    return retries.work_off(waiting, query_refund, limit=limit)


def query_refund(refund: PaymentRefund) -> None:
    """Ask the refund's channel about it and write down what it says; of a call that failed, that it did."""
    try:
        _ask(refund)
    except (ChannelError, ChannelNotOffered) as error:
        _note_failure(refund.pk, error)


def abandon_refund(*, refund: PaymentRefund, note: str, by: User) -> PaymentRefund:
    """Give up a refund that no channel takes, once the channel says that it has none; its amount is free again.

    Asks the channel, so never inside a transaction.

    Raises PaymentUnavailable, RefundNotSetAside, RefundTaken.
    """
    if refund.state != State.REQUESTED or refund.set_aside_at is None:
        raise RefundNotSetAside
    try:
        _ask(refund)
    except RefundUnknown:
        return _abandon(refund.pk, note, by)
    except (ChannelError, ChannelNotOffered):
        refusal: type[PaymentUnavailable | RefundTaken] = PaymentUnavailable
    else:
        refusal = RefundTaken
    raise refusal


def _send(refund: PaymentRefund) -> None:
    row = _with_payment(refund)
    try:
        with calls.recorded_call(row, Operation.REFUND):
            answer = channel_of(row.payment.channel).refund(calls.channel_refund(row))
            _note(row, answer)
    except (ChannelError, ChannelNotOffered) as error:
        _note_failure(row.pk, error)


def _ask(refund: PaymentRefund) -> None:
    row = _with_payment(refund)
    with calls.recorded_call(row, Operation.QUERY_REFUND, is_question=True):
        answer = channel_of(row.payment.channel).query_refund(calls.channel_refund(row))
        _note(row, answer)


def _note(refund: PaymentRefund, answer: RefundAnswer) -> None:
    note_refund(channel=refund.payment.channel, answer=answer)


def _with_payment(refund: PaymentRefund) -> PaymentRefund:
    return PaymentRefund.objects.select_related("payment").get(pk=refund.pk)


@transaction.atomic
def _abandon(pk: int, note: str, by: User) -> PaymentRefund:
    refund = transitions.lock_refund(pk)
    # A worker that was taken for dead may be sending it until its lease is over.
    is_idle = refund.next_attempt_at <= clock.real_now()
    if refund.state != State.REQUESTED or refund.set_aside_at is None or not is_idle:
        raise RefundNotSetAside
    close_refund(refund, note=note)
    audit.record(by=by, verb="abandon_refund", subject=f"payments.paymentrefund:{pk}", note=note)
    return refund


@transaction.atomic
def _note_failure(pk: int, error: ChannelError | ChannelNotOffered) -> None:
    refund = transitions.lock_refund(pk)
    if refund.state in PaymentRefund.UNDER_WAY:
        refund.save(update_fields=retries.note_failure(refund, error))

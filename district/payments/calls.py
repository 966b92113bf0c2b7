"""Calls to channels: never inside a transaction, always with an entry in the diary when they did something."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from district.kernel import clock
from district.payments.channels.base import (
    ChannelError,
    ChannelOrder,
    ChannelRefund,
    ChannelUnavailable,
    ContradictingAnswer,
)
from district.payments.models import ChannelBill, ChannelCall, Order, PaymentRefund

logger = logging.getLogger("district.payments")
Operation = ChannelCall.Operation
Outcome = ChannelCall.Outcome


@contextmanager
def recorded_call(
    about: Order | PaymentRefund | ChannelBill, operation: Operation, *, is_question: bool = False
) -> Iterator[None]:
    """Keep what came of a call; of a question only that it failed, for what it found is written elsewhere."""
    started = time.monotonic()
    try:
        yield
    except ChannelError as error:
        _record(about, operation, started, error)
        logger.warning(
            "channel call failed",
            extra={"operation": operation.value, "error": type(error).__name__, "code": error.code},
        )
        raise
    if not is_question:
        _record(about, operation, started)


def channel_order(order: Order, *, openid: str = "") -> ChannelOrder:
    """An order as its channel is asked about it."""
    return ChannelOrder(
        number=order.number,
        amount_fen=order.amount_fen,
        description=order.description,
        created_at=order.created_at,
        expires_at=order.expires_at,
        openid=openid,
    )


def channel_refund(refund: PaymentRefund) -> ChannelRefund:
    """A refund as its channel is asked for it; of a refund that was read with its payment."""
    return ChannelRefund(
        number=refund.number,
        order_number=refund.payment.order_number,
        transaction_id=refund.payment.transaction_id,
        amount_fen=refund.amount_fen,
        payment_fen=refund.payment.amount_fen,
        reason=refund.reason,
        requested_at=refund.requested_at,
    )


def _outcome(error: ChannelError) -> Outcome:
    if isinstance(error, ChannelUnavailable):
        return Outcome.UNAVAILABLE
    return Outcome.UNREADABLE if isinstance(error, ContradictingAnswer) else Outcome.REFUSED


def _record(
    about: Order | PaymentRefund | ChannelBill,
    operation: Operation,
    started: float,
    error: ChannelError | None = None,
) -> None:
    ChannelCall.objects.create(
        at=clock.now(),
        channel=about.payment.channel if isinstance(about, PaymentRefund) else about.channel,
        operation=operation,
        order=about if isinstance(about, Order) else None,
        refund=about if isinstance(about, PaymentRefund) else None,
        bill=about if isinstance(about, ChannelBill) else None,
        outcome=_outcome(error) if error else Outcome.COMPLETED,
        code=error.code if error else "",
        request_id=error.request_id if error else "",
        duration_ms=round((time.monotonic() - started) * 1000),
    )

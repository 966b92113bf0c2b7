"""What a worker asks the channels about orders: whether one was paid, and that one be closed."""

from datetime import timedelta

from django.db import transaction

from district.kernel import attempts, clock
from district.payments import calls, retries, transitions
from district.payments.channels.base import (
    ChannelError,
    CloseTooEarly,
    OrderIsPaid,
    OrderState,
    OrderUnknown,
)
from district.payments.channels.registry import channel_of
from district.payments.errors import ChannelNotOffered
from district.payments.models import ChannelCall, Order, Payment
from district.payments.services.accept_payment import accept_payment

State = Order.State
Operation = ChannelCall.Operation
# An order is asked about again after half its age, within these.
SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=10)
# When a channel that cannot close is asked whether the order has ended.
_LATER = timedelta(minutes=1)


def query_silent_orders(*, limit: int = retries.BATCH) -> int:
    """Ask about orders that await their payment and of which no notice came; how many."""
    waiting = Order.objects.filter(state=State.AWAITING_PAYMENT)
    return retries.work_off(waiting, query_order, limit=limit)


def close_wanted_orders(*, limit: int = retries.BATCH) -> int:
    """Have the channels close orders that are `closing`; how many were asked for."""
    return retries.work_off(Order.objects.filter(state=State.CLOSING), _close, limit=limit)


def query_order(order: Order, *, source: str = Payment.Source.QUERY) -> None:
    """Ask the order's channel about it and write down what it says; of a call that failed, that it did."""
    try:
        with calls.recorded_call(order, Operation.QUERY, is_question=True):
            answer = channel_of(order.channel).query(calls.channel_order(order))
            if answer.payment is not None:
                accept_payment(channel=order.channel, payment=answer.payment, source=source)
    except (ChannelError, ChannelNotOffered) as error:
        _note_failure(order.pk, error)
    else:
        _note_answer(order.pk, answer.state)


def _close(order: Order) -> None:
    try:
        with calls.recorded_call(order, Operation.CLOSE):
            channel_of(order.channel).close(calls.channel_order(order))
    except OrderIsPaid:
        query_order(order)
    except CloseTooEarly:
        _try_later(order.pk)
    except OrderUnknown:
        # It never got there, and the time in which it could is over.
        _mark_closed(order.pk)
    except (ChannelError, ChannelNotOffered) as error:
        _note_failure(order.pk, error)
    else:
        _mark_closed(order.pk)


@transaction.atomic
def _note_answer(pk: int, state: OrderState) -> None:
    order = transitions.lock_order(pk)
    if order.state not in {State.AWAITING_PAYMENT, State.CLOSING}:
        return
    if state == OrderState.CLOSED:
        transitions.mark_closed(order, Order.CloseReason.BY_CHANNEL)
        return
    after = min(max((clock.now() - order.created_at) / 2, SOONEST), LATEST)
    order.save(update_fields=attempts.begin_anew(order, after=after))


@transaction.atomic
def _try_later(pk: int) -> None:
    order = transitions.lock_order(pk)
    if order.state == State.CLOSING:
        order.save(update_fields=attempts.begin_anew(order, after=_LATER))


@transaction.atomic
def _mark_closed(pk: int) -> None:
    order = transitions.lock_order(pk)
    if order.state == State.CLOSING:
        transitions.mark_closed(order, order.close_reason)


@transaction.atomic
def _note_failure(pk: int, error: ChannelError | ChannelNotOffered) -> None:
    order = transitions.lock_order(pk)
    if order.state in {State.AWAITING_PAYMENT, State.CLOSING}:
        order.save(update_fields=retries.note_failure(order, error))

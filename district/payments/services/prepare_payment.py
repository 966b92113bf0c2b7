"""The phone is about to pay: the channel hears of the order, and the phone gets what it needs."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from district.kernel import attempts, clock
from district.members import personal
from district.members.models import WechatIdentity
from district.payments import calls, transitions
from district.payments.channels.base import ChannelError, OrderIsPaid, PaymentChannel, Prepared
from district.payments.channels.registry import channel_of
from district.payments.errors import (
    OrderAlreadyPaid,
    OrderOver,
    PayerUnknown,
    PaymentUnavailable,
)
from district.payments.models import ChannelCall, Order

# What a person needs to pay once the phone asks.
MARGIN = timedelta(minutes=5)
# When the order is first asked about, if no notice came.
FIRST_QUERY = timedelta(minutes=1)
State = Order.State
logger = logging.getLogger("district.payments")


def prepare_payment(*, order: Order) -> Mapping[str, str]:
    """What `wx.requestPayment` takes, or what the channel of the order has instead; renewed when it is over.

    Asks the channel, so never inside a transaction. That the phone says it has paid proves nothing.

    Raises ChannelNotOffered, OrderAlreadyPaid, OrderOver, PayerUnknown, PaymentUnavailable.
    """
    channel = channel_of(order.channel)
    row = _begin(order.pk, needs_payer=channel.needs_openid)
    if row.prepay_until is None or row.prepay_until <= clock.now() + MARGIN:
        prepared = _place(channel, row)
        row = _record(row.pk, prepared)
    return channel.payment_parameters(row.prepay_reference)


@transaction.atomic(durable=True)
def _begin(pk: int, *, needs_payer: bool) -> Order:
    """Write down that the channel may know the order from now on, and whose WeChat pays it."""
    order = transitions.lock_order(pk)
    _require_payable(order)
    changed = []
    if needs_payer and order.payer is None:
        order.payer = _newest_identity(order.member_id)
        changed.append("payer")
    if order.state == State.CREATED:
        order.state = State.AWAITING_PAYMENT
        changed += ["state", *attempts.begin_anew(order, after=FIRST_QUERY)]
    if changed:
        order.save(update_fields=changed)
    return order


def _require_payable(order: Order) -> None:
    if order.state == State.PAID:
        raise OrderAlreadyPaid
    if order.state in {State.CLOSING, State.CLOSED} or order.expires_at <= clock.now():
        raise OrderOver


def _newest_identity(member: int) -> WechatIdentity:
    identities = WechatIdentity.objects.filter(member=member, appid=settings.WECHAT_APPID)
    identity = identities.order_by("-pk").first()
    if identity is None:
        raise PayerUnknown
    return identity


def _place(channel: PaymentChannel, order: Order) -> Prepared:
    openid = _openid(order.payer) if order.payer else ""
    try:
        with calls.recorded_call(order, ChannelCall.Operation.PLACE):
            return channel.place(calls.channel_order(order, openid=openid))
    except OrderIsPaid:
        _ask_soon(order.pk)
        refusal: type[OrderAlreadyPaid | PaymentUnavailable] = OrderAlreadyPaid
    except ChannelError:
        refusal = PaymentUnavailable
    raise refusal


def _openid(identity: WechatIdentity) -> str:
    openid = personal.read(identity.member, "openid", identity.openid_sealed)
    if openid is None:
        raise PayerUnknown
    return openid


@transaction.atomic
def _ask_soon(pk: int) -> None:
    """Its notice is late: a worker asks for the payment now."""
    order = transitions.lock_order(pk)
    if order.state == State.AWAITING_PAYMENT:
        order.save(update_fields=attempts.begin_anew(order))


@transaction.atomic(durable=True)
def _record(pk: int, prepared: Prepared) -> Order:
    """Keep what the channel gave, unless the order was paid or closed meanwhile."""
    order = transitions.lock_order(pk)
    _require_payable(order)
    order.prepay_reference, order.prepay_until = prepared.reference, prepared.valid_until
    order.save(update_fields=["prepay_reference", "prepay_until"])
    return order

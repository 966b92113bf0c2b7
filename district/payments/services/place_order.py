"""An app asks for money: an order, written down before any channel hears of it."""

from datetime import datetime, timedelta

from django.db import transaction

from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.errors import AccountClosed
from district.members.models import Member
from district.merchants.models import Merchant
from district.payments.channels.registry import channel_of
from district.payments.models import Order
from district.payments.numbers import new_number

# WeChat Pay wants more than a minute, and closes by itself after seven days.
SHORTEST, LONGEST = timedelta(minutes=2), timedelta(days=6)


@transaction.atomic
def place_order(
    *,
    channel: str,
    purpose: str,
    subject: str,
    member: Member,
    description: str,
    amount_fen: int,
    expires_at: datetime,
    key: Key,
    merchant: Merchant | None = None,
) -> Order:
    """An order of `amount_fen` for one thing of the app, to be paid until `expires_at`; no merchant means the alliance.

    `subject` is the thing's public id; there is one open order for it at a time. No channel is called.

    Raises AccountClosed, ChannelNotOffered, KeyReused, OrderStillOpen, and ValueError for a time that is
    nearer than SHORTEST or farther than LONGEST.
    """
    if (earlier := claim_key(key)) is not None:
        return Order.objects.get(pk=earlier)
    channel_of(channel)
    # A merger waits for this order, or this order sees it.
    if Member.objects.locked(member.pk).closed_at is not None:
        raise AccountClosed
    at = clock.now()
    if not SHORTEST <= expires_at - at <= LONGEST:
        raise ValueError("an order lasts between two minutes and six days")
    with translate_database_errors():
        order = Order.objects.create(
            number=new_number("P", at),
            channel=channel,
            purpose=purpose,
            subject=subject,
            member=member,
            merchant=merchant,
            description=description,
            amount_fen=amount_fen,
            created_at=at,
            expires_at=expires_at,
        )
    store_result(key, order.pk)
    return order

"""A channel charged a member by itself, as it was allowed to before: no order went ahead of the money."""

from datetime import timedelta

from django.db import transaction

from district.kernel import clock
from district.members.models import Member
from district.merchants.models import Merchant
from district.payments.channels.base import ChannelPayment
from district.payments.models import Order, Payment
from district.payments.services.accept_payment import accept_payment

# An order has a time to be paid in; this one is paid when it is written.
_AT_ONCE = timedelta(minutes=1)


@transaction.atomic
def record_charge(
    *,
    channel: str,
    payment: ChannelPayment,
    purpose: str,
    subject: str,
    member: Member,
    merchant: Merchant | None,
    description: str,
    source: str,
) -> Payment:
    """The payment with an order of its number, paid as it is written; once however often it is reported.

    From then on it is like any other: on the channel's bill, and refunded in whole or in part. Listen to OrderPaid.

    Raises ContradictingAnswer when the transaction stands here with another sum or number.
    """
    at = clock.now()
    Order.objects.get_or_create(
        number=payment.order_number,
        defaults={
            "channel": channel,
            "purpose": purpose,
            "subject": subject,
            "member": member,
            "merchant": merchant,
            "description": description,
            "amount_fen": payment.amount_fen,
            "created_at": at,
            "expires_at": at + _AT_ONCE,
        },
    )
    return accept_payment(channel=channel, payment=payment, source=source)

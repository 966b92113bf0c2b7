"""A purchase that brings a gift, and what is done with it."""

from datetime import UTC, datetime

from coupons import services as coupons
from coupons.models import ReceiptReward
from district.kernel.outbox import delivery
from tests.factories.coupons import fresh_key
from tests.factories.loyalty import buy

NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)
GIFT = {"gift_from_fen": 5_000, "claimable": False}


def deliver():
    while delivery.deliver_due():
        pass


def bring(member, store, fen=10_000):
    """A purchase, and the gift that it brought, if any."""
    bought = buy(member, store, fen=fen)
    deliver()
    reward = ReceiptReward.objects.filter(receipt=bought).select_related("coupon").first()
    return bought, reward and reward.coupon


def undo(redemption, **options):
    return coupons.reverse_redemption(
        redemption=redemption, reason="扫错券", actor="till:1", key=fresh_key(), **options
    )

"""Who stands behind a feed key, and which feeds are silent."""

import hmac
from datetime import timedelta

from django.db.models import Max

from district.kernel import clock
from district.merchants import till_secrets
from district.merchants.errors import MerchantSuspended
from district.merchants.models import Merchant
from parking.errors import FeedKeyInvalid
from parking.models import CarPark, FeedKey, OccupancyFeed

KEY_KIND = "pf"


def feed_for(text: str) -> OccupancyFeed:
    """The feed a key's text belongs to.

    Raises FeedKeyInvalid for anything but a live key, MerchantSuspended.
    """
    parts = till_secrets.parts_of(text, KEY_KIND)
    if parts is None:
        raise FeedKeyInvalid
    prefix, secret = parts
    found = FeedKey.objects.select_related("feed__merchant").filter(prefix=prefix).first()
    if found is None or not hmac.compare_digest(
        bytes(found.secret_hash), till_secrets.digest(secret)
    ):
        raise FeedKeyInvalid
    if found.revoked_at is not None:
        raise FeedKeyInvalid
    if found.feed.merchant.state == Merchant.State.SUSPENDED:
        raise MerchantSuspended
    return found.feed


def silent_feeds() -> list[str]:
    """The public ids of feeds that reported once and of whose car parks in use nothing is known any more."""
    now = clock.now()
    latest = (
        OccupancyFeed.objects.filter(car_parks__state=CarPark.State.OPEN)
        .annotate(latest=Max("live__measured_at"))
        .exclude(latest=None)
        .order_by("pk")
    )
    return [
        feed.public_id
        for feed in latest
        if now - feed.latest > timedelta(minutes=feed.stale_minutes)
    ]

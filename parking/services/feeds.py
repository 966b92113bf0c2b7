"""Systems that count cars: registered, given keys, and put in charge of car parks."""

from typing import Any, NamedTuple

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants import till_secrets
from district.merchants.models import Merchant
from parking.errors import FeedNameTaken, FeedNotOfOperator
from parking.models import CarPark, FeedKey, OccupancyFeed
from parking.queries.feeds import KEY_KIND
from parking.services.register_car_park import assign_to_car_park


class IssuedFeedKey(NamedTuple):
    """A new key and its text, which is shown this once; a repeated call cannot show it again."""

    feed_key: FeedKey
    text: str | None


@transaction.atomic
def register_feed(
    *,
    merchant: Merchant,
    name: str,
    interval_minutes: int = 5,
    fresh_minutes: int = 10,
    stale_minutes: int = 30,
    by: User | None,
    key: Key,
) -> OccupancyFeed:
    """A system of the merchant that reports readings, and how long they are good for.

    Raises FeedNameTaken, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return OccupancyFeed.objects.get(pk=earlier)
    # The merchant's row orders two that take the same name.
    Merchant.objects.select_for_update(no_key=True).get(pk=merchant.pk)
    if OccupancyFeed.objects.filter(merchant=merchant, name=name).exists():
        raise FeedNameTaken
    feed = OccupancyFeed.objects.create(
        merchant=merchant,
        name=name,
        interval_minutes=interval_minutes,
        fresh_minutes=fresh_minutes,
        stale_minutes=stale_minutes,
        registered_at=clock.now(),
    )
    _record("register_feed", feed, by)
    store_result(key, feed.pk)
    return feed


@transaction.atomic
def assign_feed(*, car_park: CarPark, feed: OccupancyFeed | None, by: User | None) -> CarPark:
    """Let the feed, or nobody, report for the car park; the same again changes nothing.

    Raises CarParkClosed, FeedNotOfOperator.
    """
    return assign_to_car_park(car_park, "feed", feed, otherwise=FeedNotOfOperator, by=by)


@transaction.atomic
def issue_feed_key(*, feed: OccupancyFeed, by: User | None, key: Key) -> IssuedFeedKey:
    """A key with which the feed's system reports readings, and nothing else.

    Raises KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return IssuedFeedKey(FeedKey.objects.get(pk=earlier), None)
    prefix, secret = till_secrets.new_prefix(), till_secrets.new_secret()
    feed_key = FeedKey.objects.create(
        feed=feed,
        prefix=prefix,
        secret_hash=till_secrets.digest(secret),
        created_by=by,
        created_at=clock.real_now(),
    )
    _record("issue_feed_key", feed, by, prefix=prefix)
    store_result(key, feed_key.pk)
    return IssuedFeedKey(feed_key, till_secrets.key_text(prefix, secret, KEY_KIND))


@transaction.atomic
def revoke_feed_key(*, feed_key: FeedKey, by: User | None) -> FeedKey:
    """The key refused from now on; revoking it again changes nothing."""
    feed_key = FeedKey.objects.select_for_update(no_key=True).get(pk=feed_key.pk)
    if feed_key.revoked_at is not None:
        return feed_key
    feed_key.revoked_at = clock.real_now()
    feed_key.save(update_fields=["revoked_at"])
    _record("revoke_feed_key", feed_key.feed, by, prefix=feed_key.prefix)
    return feed_key


def _record(verb: str, feed: OccupancyFeed, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"parking.occupancyfeed:{feed.pk}", **facts)

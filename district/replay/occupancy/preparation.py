"""The car parks of a replay, their feed and its key, made through the verbs; a second run finds them."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.merchants import services as merchants
from district.replay.occupancy.dataset import NAME, OccupancyData
from district.replay.occupancy.errors import OtherOccupancy
from district.replay.replay_state import ReplayState
from parking import services as parking
from parking.models import CarPark, OccupancyFeed, Pool, ReservationPolicy
from parking.queries.feeds import feed_for

OPENING = datetime(2000, 1, 1, tzinfo=clock.SHANGHAI)
INTERVAL_MINUTES, FRESH_MINUTES, STALE_MINUTES = 30, 45, 90
# Of every car park so many places are reserved ahead.
RESERVABLE = 10
_SCOPE = f"replay:{NAME}"


@dataclass(frozen=True)
class OccupancySetup:
    """The pool of each car park by its name, and what their feed shows to report."""

    feed: OccupancyFeed
    pools: Mapping[str, Pool]
    feed_key: str


def prepare_replay(data: OccupancyData, replay_state: ReplayState) -> OccupancySetup:
    """Every car park of the data with one pool, fed by one feed. Raises OtherOccupancy."""
    with clock.travel_to(OPENING), transaction.atomic():
        operator = merchants.register_merchant(
            name=NAME, legal_name=NAME, by=None, key=Key.of(_SCOPE, "operator")
        )
        feed = parking.register_feed(
            merchant=operator,
            name=NAME,
            interval_minutes=INTERVAL_MINUTES,
            fresh_minutes=FRESH_MINUTES,
            stale_minutes=STALE_MINUTES,
            by=None,
            key=Key.of(_SCOPE, "feed"),
        )
        _require_same(data, feed)
        pools = {name: _pool(name, capacity, feed) for name, capacity in data.capacities.items()}
        _let_reserve(pools, data.rows[0].at)
        feed_key = _feed_key(feed, replay_state)
    replay_state.save()
    return OccupancySetup(feed, pools, feed_key)


def _require_same(data: OccupancyData, feed: OccupancyFeed) -> None:
    """Raises OtherOccupancy when car parks are there that the data do not have, or with other bays."""
    there = dict(Pool.objects.filter(car_park__feed=feed).values_list("car_park__name", "capacity"))
    if any(data.capacities.get(name) != capacity for name, capacity in there.items()):
        raise OtherOccupancy(_("数据库中的停车场与数据不符：它属于另一份数据的重放。"))


def _pool(name: str, capacity: int, feed: OccupancyFeed) -> Pool:
    car_park: CarPark = parking.register_car_park(
        merchant=feed.merchant,
        details=parking.CarParkDetails(name=name),
        by=None,
        key=Key.of(_SCOPE, f"car-park-{name}"),
    )
    parking.assign_feed(car_park=car_park, feed=feed, by=None)
    return parking.set_pool(
        car_park=car_park,
        bay_class=Pool.BayClass.STANDARD,
        capacity=capacity,
        reservable_capacity=min(RESERVABLE, capacity),
        by=None,
    )


def _let_reserve(pools: Mapping[str, Pool], first: datetime) -> None:
    """From the day of the first count on, without a deposit."""
    for pool in pools.values():
        if not ReservationPolicy.objects.filter(car_park=pool.car_park).exists():
            with clock.travel_to(first - timedelta(days=1)):
                parking.set_reservation_policy(car_park=pool.car_park, by=None)


def _feed_key(feed: OccupancyFeed, replay_state: ReplayState) -> str:
    kept = replay_state.secret("feed", feed.pk)
    if kept is not None and _opens(kept, feed):
        return kept
    # A key of chance: what was issued before cannot be shown again.
    issued = parking.issue_feed_key(feed=feed, by=None, key=Key.of(_SCOPE, uuid.uuid4().hex))
    text = str(issued.text)
    replay_state.keep("feed", feed.pk, text)
    return text


def _opens(feed_key: str, feed: OccupancyFeed) -> bool:
    try:
        return feed_for(feed_key) == feed
    except DomainError:
        return False

"""Gates and counters of the demo's car parks that go on reporting while the demo runs, over HTTP with keys of their feeds.

They misread a plate now and then and lose an exit, so that there is something to resolve. The keys are issued when
the simulation begins and revoked when it ends.
"""

import math
import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.idempotency import Key
from parking import services as parking
from parking.models import CarPark, FeedKey, OccupancyFeed, Pool, Stay
from parking.queries.stays import plate_read

# `path` below /parking/feed, the key, the body.
Post = Callable[[str, str, dict[str, Any]], object]
_SHARE_LOST, _SHARE_MISREAD = 0.02, 0.02
# The longest that a car stays, and how many of a hundred that are in leave in a turn.
_LEAVING = 0.12
_FULLEST = 0.85
_OPENS = 6


class Simulation:
    """Every turn some cars come and go, and every pool is counted once in a while."""

    def __init__(self, post: Post, *, chance: random.Random | None = None) -> None:
        self._post = post
        self._chance = chance or random.Random()  # noqa: S311 - a shape, not a secret
        self._keys: dict[int, tuple[FeedKey, str]] = {}
        self._inside: dict[int, list[str]] = {}
        self._turns = 0

    def turn(self) -> None:
        """What happened since the last one."""
        for feed in OccupancyFeed.objects.filter(car_parks__state=CarPark.State.OPEN).distinct():
            car_parks = list(feed.car_parks.filter(state=CarPark.State.OPEN).order_by("pk"))
            events = [event for car_park in car_parks for event in self._events(car_park)]
            if events:
                self._post("gate-events", self._key(feed), {"events": events})
            if self._turns % 6 == 0:
                readings = [self._reading(pool) for pool in _pools(car_parks)]
                if readings:
                    self._post("readings", self._key(feed), {"readings": readings})
        self._turns += 1

    def end(self) -> None:
        """Its keys open nothing any more."""
        for feed_key, _text in self._keys.values():
            parking.revoke_feed_key(feed_key=feed_key, by=None)
        self._keys.clear()

    def _key(self, feed: OccupancyFeed) -> str:
        if feed.pk not in self._keys:
            key = Key.of("demo:simulation", uuid.uuid4().hex)
            issued = parking.issue_feed_key(feed=feed, by=None, key=key)
            self._keys[feed.pk] = issued.feed_key, str(issued.text)
        return self._keys[feed.pk][1]

    def _events(self, car_park: CarPark) -> list[dict[str, Any]]:
        inside = self._inside.setdefault(car_park.pk, cars_inside(car_park))
        now, chance = clock.now(), self._chance
        leaving = [plate for plate in inside if chance.random() < _LEAVING]
        events = []
        for plate in leaving:
            inside.remove(plate)
            if chance.random() >= _SHARE_LOST:
                events.append(_event(car_park, "exit", self._as_read(plate), now))
        for _car in range(1 if chance.random() < _busy(now) * 2 else 0):
            plate = f"浙{chance.choice('ABCF')}{chance.randrange(40_000, 99_999)}"
            if plate not in inside:
                inside.append(plate)
                events.append(_event(car_park, "entry", plate, now))
        return events

    def _as_read(self, plate: str) -> str:
        if self._chance.random() >= _SHARE_MISREAD:
            return plate
        place = self._chance.randrange(2, len(plate))
        return f"{plate[:place]}{self._chance.choice('BDG')}{plate[place + 1 :]}"

    def _reading(self, pool: Pool) -> dict[str, Any]:
        now = clock.now()
        share = min(1.0, _FULLEST * _busy(now) + self._chance.uniform(-0.03, 0.03))
        occupied = max(1, round(pool.capacity * share)) if pool.capacity else 0
        return {
            "pool": pool.public_id,
            "occupied": occupied,
            "measured_at": now.isoformat(),
        }


def cars_inside(car_park: CarPark) -> list[str]:
    """The plates of the last day that are still in, as far as its gates know."""
    stays = Stay.objects.filter(
        car_park=car_park,
        state=Stay.State.OPEN,
        entered_at__gte=clock.now() - timedelta(days=1),
    ).exclude(colour="")
    return [plate for plate in map(plate_read, stays.order_by("pk")) if plate]


def _pools(car_parks: list[CarPark]) -> list[Pool]:
    return list(Pool.objects.filter(car_park__in=car_parks).order_by("pk"))


def _event(car_park: CarPark, direction: str, plate: str, at: datetime) -> dict[str, Any]:
    return {
        "event_id": f"sim-{uuid.uuid4().hex}",
        "car_park": car_park.public_id,
        "direction": direction,
        "occurred_at": at.isoformat(),
        "plate": plate,
        "lane": "东入口 1" if direction == "entry" else "西出口 1",
    }


def _busy(at: datetime) -> float:
    """How busy it is from 0.1 at night to 1 in the afternoon."""
    local = at.astimezone(SHANGHAI)
    hour = local.hour + local.minute / 60
    return 0.1 + 0.9 * max(0.0, math.sin(math.pi * (hour - _OPENS) / (24 - _OPENS)))

"""Which car parks anybody may find: near a place, by name, or one of them."""

import math
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Prefetch, QuerySet

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.errors import NotFound
from district.merchants import naming
from district.merchants.models import Merchant, Store
from parking.availability.public_counts import SpaceLevel
from parking.models import CarPark, Pool
from parking.queries.availability import pool_now, pools_with_live
from parking.register.coordinates import GeoPoint, walking_m, wgs84_to_gcj02

BY_NAME = ("name_key", "public_id")
# As many of the nearest are looked at to find others with space.
_LOOKED_AT = 30
_DAY_MINUTES = 24 * 60


@dataclass(frozen=True)
class Destination:
    """Where somebody wants to go: a point (GCJ-02), a venue, or both."""

    point: GeoPoint | None = None
    venue_id: int | None = None


@dataclass(frozen=True)
class NearbyCarPark:
    """A car park and the way on foot from it, where that is known."""

    car_park: CarPark
    walking_metres: int | None = None


@dataclass(frozen=True)
class _Candidate:
    rank: tuple[bool, bool, float, str]
    pk: int = field(compare=False)
    walking_metres: int | None = field(compare=False)


def destination_of(store_id: str) -> Destination:
    """Where an open store is. Raises NotFound."""
    store = (
        Store.objects.select_related("venue")
        .filter(public_id=store_id, state=Store.State.OPEN)
        .first()
    )
    if store is None:
        raise NotFound
    venue = store.venue
    point = None
    if venue.latitude is not None and venue.longitude is not None:
        point = GeoPoint(float(venue.latitude), float(venue.longitude))
    return Destination(point, venue.pk)


def to_gcj02(point: GeoPoint, system: str) -> GeoPoint:
    """The point as Chinese maps show it."""
    return wgs84_to_gcj02(point) if system == CarPark.CoordinateSystem.WGS84 else point


def position_of(car_park: CarPark) -> GeoPoint | None:
    """Where a car park is, in GCJ-02."""
    if car_park.latitude is None or car_park.longitude is None:
        return None
    point = GeoPoint(float(car_park.latitude), float(car_park.longitude))
    return to_gcj02(point, car_park.coordinate_system)


def listed(*, q: str = "", venue: str = "", bay_class: str = "") -> QuerySet[CarPark]:
    """Car parks in use of operators that are not suspended, with all that a list shows of them."""
    rows = _public(q=q, bay_class=bay_class)
    if venue:
        rows = rows.filter(venue__public_id=venue)
    return _with_places(rows)


def nearest(
    destination: Destination,
    *,
    at: datetime,
    bay_class: str = Pool.BayClass.STANDARD,
    limit: int,
    q: str = "",
    without: Collection[int] = (),
) -> list[NearbyCarPark]:
    """The nearest car parks with bays of a class; those of which nothing is known now come last.

    Two queries and those that a list asks for what it shows.
    """
    candidates = []
    rows = _public(q=q, bay_class="").exclude(pk__in=without)
    for pk, name_key, venue_id, latitude, longitude, system, measured_at, stale in rows.filter(
        pools__bay_class=bay_class
    ).values_list(
        "pk",
        "name_key",
        "venue_id",
        "latitude",
        "longitude",
        "coordinate_system",
        "pools__live__measured_at",
        "pools__live__feed__stale_minutes",
    ):
        metres = None
        if latitude is not None and longitude is not None and destination.point is not None:
            there = to_gcj02(GeoPoint(float(latitude), float(longitude)), system)
            metres = walking_m(destination.point, there)
        unknown = measured_at is None or at - measured_at > timedelta(minutes=stale)
        elsewhere = metres is None and (venue_id is None or venue_id != destination.venue_id)
        rank = (unknown, elsewhere, math.inf if metres is None else float(metres), name_key)
        candidates.append(_Candidate(rank, pk, metres))
    chosen = sorted(candidates, key=lambda candidate: (candidate.rank, candidate.pk))[:limit]
    found = _with_places(CarPark.objects.filter(pk__in=[candidate.pk for candidate in chosen]))
    by_pk = {car_park.pk: car_park for car_park in found}
    return [
        NearbyCarPark(by_pk[candidate.pk], candidate.walking_metres)
        for candidate in chosen
        if candidate.pk in by_pk
    ]


def alternatives(
    car_park: CarPark, *, bay_class: str, at: datetime, limit: int
) -> list[NearbyCarPark]:
    """分流: the nearest others that have space in bays of this class now."""
    destination = Destination(position_of(car_park), car_park.venue_id)
    others = nearest(
        destination, at=at, bay_class=bay_class, limit=_LOOKED_AT, without=[car_park.pk]
    )
    with_space = [
        other
        for other in others
        for pool in other.car_park.pools.all()
        if pool.bay_class == bay_class
        and pool_now(pool, at).count.level in {SpaceLevel.AVAILABLE, SpaceLevel.FEW}
    ]
    return with_space[:limit]


def car_park(public_id: str) -> CarPark:
    """One with its layout, also one that has closed. Raises NotFound."""
    rows = _with_places(CarPark.objects.exclude(merchant__state=Merchant.State.SUSPENDED))
    rows = rows.select_related("tariff").prefetch_related("entrances", "floors__zones")
    found = rows.filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def is_open(car_park: CarPark, at: datetime) -> bool | None:
    """Whether it lets cars in at an instant; None where its hours are not known."""
    if car_park.round_the_clock:
        return True
    hours = list(car_park.hours.all())
    if not hours:
        return None
    local = at.astimezone(SHANGHAI)
    minute, today = local.hour * 60 + local.minute, local.weekday()
    return any(
        (row.weekday == today and row.opens_minute <= minute < row.closes_minute)
        or (row.weekday == (today - 1) % 7 and minute + _DAY_MINUTES < row.closes_minute)
        for row in hours
    )


def _public(*, q: str, bay_class: str) -> QuerySet[CarPark]:
    rows = CarPark.objects.filter(state=CarPark.State.OPEN, merchant__state=Merchant.State.ACTIVE)
    if bay_class:
        rows = rows.filter(pools__bay_class=bay_class)
    if q:
        # A search of no words finds nothing.
        terms = naming.search_terms(q)
        rows = rows if terms else rows.none()
        for term in terms:
            rows = rows.filter(search_key__contains=term)
    return rows


def _with_places(rows: QuerySet[CarPark]) -> QuerySet[CarPark]:
    pools = Prefetch("pools", pools_with_live(clock.now()))
    return rows.select_related("merchant", "venue").prefetch_related(pools, "hours")

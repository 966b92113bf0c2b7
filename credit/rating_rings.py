"""Ratings that look arranged: flags with reasons, for ratings that then count 0 and are listed as excluded.

A pure search over the ratings of all stores. Each rule names what a person can check; none looks at
how good or bad a merchant is, and none finds what a single shopper does alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

# Shoppers that rate one store from one device, within so many days.
DEVICE_SHOPPERS: Final = 3
DEVICE_DAYS: Final = 30
# New members with the same extreme stars at one store.
BURST_SHOPPERS: Final = 5
BURST_HOURS: Final = 24
NEW_MEMBER_DAYS: Final = 7
# Shoppers that gave the same extreme stars at the same stores, each time close together.
PATH_SHOPPERS: Final = 3
PATH_STORES: Final = 3
PATH_HOURS: Final = 24
_EXTREME_STARS: Final = (1, 5)


class RingReason(StrEnum):
    RELATED_STAFF = "related_staff"
    SHARED_DEVICE = "shared_device"
    BURST_OF_NEW_MEMBERS = "burst_of_new_members"
    SAME_PATH = "same_path"


@dataclass(frozen=True, slots=True)
class RingRating:
    """A rating with what the search looks at; `device` is an opaque number, None if nobody knows it."""

    number: int
    store: int
    shopper: int
    stars: int
    rated_at: datetime
    member_since: datetime
    device: int | None = None
    # The shopper works for the merchant, or for one that competes with it.
    is_related_staff: bool = False


@dataclass(frozen=True, slots=True)
class RingFlag:
    """A rating, why it is flagged, and the other shoppers of its ring."""

    number: int
    reasons: tuple[RingReason, ...]
    others: tuple[int, ...]


def find_rings(ratings: Iterable[RingRating]) -> tuple[RingFlag, ...]:
    """By the numbers of the ratings. The order of the ratings means nothing."""
    rows = sorted(ratings, key=lambda rating: (rating.rated_at, rating.number))
    reasons: dict[int, set[RingReason]] = defaultdict(set)
    others: dict[int, set[int]] = defaultdict(set)
    for reason, ring in _rings(rows):
        shoppers = {rating.shopper for rating in ring}
        for rating in ring:
            reasons[rating.number].add(reason)
            others[rating.number] |= shoppers - {rating.shopper}
    return tuple(
        RingFlag(number, tuple(sorted(reasons[number])), tuple(sorted(others[number])))
        for number in sorted(reasons)
    )


def _rings(rows: Sequence[RingRating]) -> Iterator[tuple[RingReason, list[RingRating]]]:
    for rating in rows:
        if rating.is_related_staff:
            yield RingReason.RELATED_STAFF, [rating]
    by_device: dict[tuple[int, int], list[RingRating]] = defaultdict(list)
    of_new_members: dict[tuple[int, int], list[RingRating]] = defaultdict(list)
    for rating in rows:
        if rating.device is not None:
            by_device[rating.store, rating.device].append(rating)
        age = rating.rated_at - rating.member_since
        if rating.stars in _EXTREME_STARS and age < timedelta(days=NEW_MEMBER_DAYS):
            of_new_members[rating.store, rating.stars].append(rating)
    for group in by_device.values():
        for ring in _crowds(group, timedelta(days=DEVICE_DAYS), DEVICE_SHOPPERS):
            yield RingReason.SHARED_DEVICE, ring
    for group in of_new_members.values():
        for ring in _crowds(group, timedelta(hours=BURST_HOURS), BURST_SHOPPERS):
            yield RingReason.BURST_OF_NEW_MEMBERS, ring
    for ring in _paths(rows):
        yield RingReason.SAME_PATH, ring


def _crowds(
    rows: Sequence[RingRating], period: timedelta, least_shoppers: int
) -> Iterator[list[RingRating]]:
    """Every longest run within a period that has so many shoppers; runs may overlap."""
    first = 0
    for last, rating in enumerate(rows):
        while rating.rated_at - rows[first].rated_at > period:
            first += 1
        is_longest = (
            last + 1 == len(rows) or rows[last + 1].rated_at - rows[first].rated_at > period
        )
        if is_longest:
            run = list(rows[first : last + 1])
            if len({rating.shopper for rating in run}) >= least_shoppers:
                yield run


def _paths(rows: Sequence[RingRating]) -> Iterator[list[RingRating]]:
    """Groups of shoppers that are linked by pairs who met at enough stores."""
    extreme = _ratings_of_travellers([rating for rating in rows if rating.stars in _EXTREME_STARS])
    meetings: dict[tuple[int, int], dict[int, list[RingRating]]] = defaultdict(dict)
    by_place: dict[tuple[int, int], list[RingRating]] = defaultdict(list)
    for rating in extreme:
        by_place[rating.store, rating.stars].append(rating)
    for (store, _), group in by_place.items():
        for earlier, later in _pairs(group):
            pair = tuple(sorted((earlier.shopper, later.shopper)))
            meetings[pair[0], pair[1]].setdefault(store, []).extend((earlier, later))
    linked = {pair: stores for pair, stores in meetings.items() if len(stores) >= PATH_STORES}
    for shoppers in _components(linked):
        if len(shoppers) >= PATH_SHOPPERS:
            found = {
                rating.number: rating
                for pair, stores in linked.items()
                if pair[0] in shoppers
                for ratings in stores.values()
                for rating in ratings
            }
            yield [found[number] for number in sorted(found)]


def _ratings_of_travellers(rows: Sequence[RingRating]) -> list[RingRating]:
    """Only shoppers who rated at enough stores can have met at them: this keeps the pairs few."""
    stores: dict[int, set[int]] = defaultdict(set)
    for rating in rows:
        stores[rating.shopper].add(rating.store)
    return [rating for rating in rows if len(stores[rating.shopper]) >= PATH_STORES]


def _pairs(rows: Sequence[RingRating]) -> Iterator[tuple[RingRating, RingRating]]:
    """Ratings of two shoppers that are close together; the rows are in order of time."""
    close = timedelta(hours=PATH_HOURS)
    for index, earlier in enumerate(rows):
        for later in rows[index + 1 :]:
            if later.rated_at - earlier.rated_at > close:
                break
            if later.shopper != earlier.shopper:
                yield earlier, later


def _components(links: Iterable[tuple[int, int]]) -> list[set[int]]:
    groups: list[set[int]] = []
    for pair in links:
        touched = [group for group in groups if group & set(pair)]
        groups = [group for group in groups if group not in touched]
        groups.append(set(pair).union(*touched))
    return groups

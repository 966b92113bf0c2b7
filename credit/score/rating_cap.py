"""Which ratings count: those after real purchases, one per shopper, store and rolling 30 days, the latest."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from credit.score.values import RatingCount

RATING_WINDOW_DAYS: Final = 30


class ShopperRating(NamedTuple):
    """One rating; `number` rises with time, so that of two of a day one is the latest."""

    number: int
    store: int
    shopper: int
    age_days: int
    stars: int
    is_verified: bool = True
    # By the search for rings.
    is_flagged: bool = False


@dataclass(frozen=True, slots=True)
class CappedRatings:
    """What counts, by day and stars; how many were flagged, unverified, or followed by a later one."""

    ratings: tuple[RatingCount, ...]
    flagged: int
    unverified: int
    superseded: int


def cap_ratings(ratings: Iterable[ShopperRating]) -> CappedRatings:
    """A flagged or unverified rating neither counts nor hides an earlier one."""
    flagged = unverified = superseded = 0
    by_shopper: dict[tuple[int, int], list[ShopperRating]] = defaultdict(list)
    for rating in ratings:
        if rating.is_flagged:
            flagged += 1
        elif not rating.is_verified:
            unverified += 1
        else:
            by_shopper[rating.store, rating.shopper].append(rating)
    counts: Counter[tuple[int, int]] = Counter()
    for group in by_shopper.values():
        later_age: int | None = None
        for rating in sorted(group, key=lambda rating: (rating.age_days, -rating.number)):
            if later_age is None or rating.age_days - later_age >= RATING_WINDOW_DAYS:
                counts[rating.age_days, rating.stars] += 1
                later_age = rating.age_days
            else:
                superseded += 1
    return CappedRatings(
        ratings=tuple(
            RatingCount(age_days, stars, count)
            for (age_days, stars), count in sorted(counts.items())
        ),
        flagged=flagged,
        unverified=unverified,
        superseded=superseded,
    )

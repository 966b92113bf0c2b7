"""Ratings as they count and as they are shown."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.db.models import Exists, F, OuterRef, QuerySet

from credit.models import FactCorrection, Rating
from credit.rating_rings import RingRating
from credit.score.rating_cap import ShopperRating
from district.kernel import clock

HORIZON_DAYS = 731


def known_ratings(at: datetime, corrected_at: datetime) -> "QuerySet[Rating]":
    """Those given by the instant, without those that corrections upheld by `corrected_at` voided."""
    voided = FactCorrection.objects.filter(
        rating=OuterRef("pk"), state=FactCorrection.State.APPROVED, decided_at__lte=corrected_at
    )
    return Rating.objects.filter(rated_at__lte=at).exclude(Exists(voided))


def shopper_ratings(
    merchants: Collection[int], *, as_of: date, at: datetime, corrected_at: datetime
) -> dict[int, list[ShopperRating]]:
    """By merchant, for the score of a day. A purchase given back whole makes its rating unverified."""
    since = clock.start_of_day(as_of - timedelta(days=HORIZON_DAYS))
    rows = known_ratings(at, corrected_at).filter(merchant__in=merchants, rated_at__gte=since)
    found: dict[int, list[ShopperRating]] = defaultdict(list)
    columns = ("pk", "merchant", "store", "member", "rated_at", "stars", "flagged_at")
    for row in rows.order_by("pk").values_list(
        *columns, "receipt__paid_fen", "receipt__refunded_fen", "receipt__freed"
    ):
        number, merchant, store, member, rated_at, stars, flagged_at, paid, refunded, freed = row
        found[merchant].append(
            ShopperRating(
                number=number,
                store=store,
                shopper=member,
                age_days=(as_of - clock.business_day(rated_at)).days,
                stars=stars,
                is_verified=not freed and refunded < paid,
                is_flagged=flagged_at is not None and flagged_at <= corrected_at,
            )
        )
    return found


def ring_ratings(at: datetime) -> Iterator[RingRating]:
    """What the search for rings looks at."""
    since = at - timedelta(days=HORIZON_DAYS)
    rows = Rating.objects.filter(rated_at__gte=since).order_by("pk")
    for number, store, member, stars, rated_at, joined_at in rows.values_list(
        "pk", "store", "member", "stars", "rated_at", "member__joined_at"
    ).iterator():
        yield RingRating(
            number=number,
            store=store,
            shopper=member,
            stars=stars,
            rated_at=rated_at,
            member_since=joined_at,
        )


def public_ratings(store: int, at: datetime) -> "QuerySet[Rating]":
    """What anybody may read of a store's ratings, the newest first: not what was given back, flagged or voided."""
    rows = known_ratings(at, at).filter(store=store, flagged_at=None, receipt__freed=False)
    return rows.filter(receipt__refunded_fen__lt=F("receipt__paid_fen"))

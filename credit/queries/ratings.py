"""Ratings as they count and as they are shown."""

import json
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta

from django.contrib.postgres.aggregates import JSONBAgg
from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    TextField,
)
from django.db.models.functions import Cast, JSONArray, TruncDate

from credit.models import FactCorrection, Rating
from credit.rating_rings import RingRating
from credit.score.rating_cap import ShopperRating
from district.kernel import clock

HORIZON_DAYS = 731
# Of a rating whose purchase was not given back whole.
_STANDS = Q(receipt__freed=False, receipt__refunded_fen__lt=F("receipt__paid_fen"))


def known_ratings(at: datetime, corrected_at: datetime) -> "QuerySet[Rating]":
    """Those given by the instant, without those that corrections upheld by `corrected_at` voided."""
    voided = FactCorrection.objects.filter(
        rating=OuterRef("pk"), state=FactCorrection.State.APPROVED, decided_at__lte=corrected_at
    )
    return Rating.objects.filter(rated_at__lte=at).exclude(Exists(voided))


def rating_rows(
    merchants: Collection[int], *, as_of: date, at: datetime, corrected_at: datetime
) -> dict[int, str]:
    """By merchant, what `shopper_ratings` reads, for the score of a day: one text each, for there are very many ratings."""
    since = clock.start_of_day(as_of - timedelta(days=HORIZON_DAYS))
    rows = known_ratings(at, corrected_at).filter(merchant__in=merchants, rated_at__gte=since)
    found = rows.values("merchant").annotate(
        ratings=Cast(
            JSONBAgg(
                JSONArray(
                    *("pk", "store", "member", TruncDate("rated_at", tzinfo=clock.SHANGHAI)),
                    *("stars", _is_true(_STANDS)),
                    _is_true(Q(flagged_at__isnull=False, flagged_at__lte=corrected_at)),
                ),
                order_by="pk",
            ),
            TextField(),
        )
    )
    return dict(found.values_list("merchant", "ratings"))


def shopper_ratings(rows: str | None, as_of: date) -> list[ShopperRating]:
    """Those of a merchant. A purchase given back whole makes its rating unverified."""
    return [
        ShopperRating(
            *(number, store, shopper, (as_of - date.fromisoformat(day)).days, stars),
            is_verified=is_verified,
            is_flagged=is_flagged,
        )
        for number, store, shopper, day, stars, is_verified, is_flagged in json.loads(rows or "[]")
    ]


def _is_true(condition: Q) -> ExpressionWrapper:
    return ExpressionWrapper(condition, BooleanField())


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
    return known_ratings(at, at).filter(_STANDS, store=store, flagged_at=None)

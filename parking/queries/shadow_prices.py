"""Shadow prices: what stays of now and of the last days would cost by a draft, next to what they cost."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Q, QuerySet

from parking.models import Stay, TariffVersion
from parking.queries.stays import stay_fee, stay_fee_by

# Priced at a page's request.
MOST_SHADOW_STAYS = 10_000
MOST_SHADOW_DAYS, USUAL_SHADOW_DAYS = 60, 7
LARGEST_DIFFERENCES = 10


class ShadowPrice(NamedTuple):
    """A stay, open ones as if they ended now, by the version that it is priced by and by the draft."""

    stay: str
    entered_at: datetime
    until: datetime
    before_fen: int
    after_fen: int

    @property
    def difference_fen(self) -> int:
        """How much dearer it would be; negative: cheaper."""
        return self.after_fen - self.before_fen


@dataclass(frozen=True)
class ShadowPrices:
    """Sums over stays, without what coupons, points and minutes take off; `largest` are the largest differences.

    `unpriced` stays have no version yet, and count nowhere else. `is_cut` says that there are older ones of these
    days, which were left out.
    """

    at: datetime
    days: int
    stays: int
    open_stays: int
    unpriced: int
    is_cut: bool
    before_fen: int
    after_fen: int
    dearer: int
    dearer_by_fen: int
    cheaper: int
    cheaper_by_fen: int
    largest: tuple[ShadowPrice, ...]


def shadow_prices(draft: TariffVersion, *, days: int, at: datetime) -> ShadowPrices:
    """The stays of all car parks that charge by the draft's tariff; nothing is written."""
    rows = list(_stays(draft, at - timedelta(days=days))[: MOST_SHADOW_STAYS + 1])
    is_cut = len(rows) > MOST_SHADOW_STAYS
    rows = rows[:MOST_SHADOW_STAYS]
    prices = list(_prices(rows, draft, at))
    differences = [price.difference_fen for price in prices]
    dearer = [fen for fen in differences if fen > 0]
    cheaper = [-fen for fen in differences if fen < 0]
    changed = (price for price in prices if price.difference_fen)
    largest = heapq.nlargest(
        LARGEST_DIFFERENCES, changed, key=lambda price: abs(price.difference_fen)
    )
    return ShadowPrices(
        at=at,
        days=days,
        stays=len(prices),
        open_stays=sum(row.state == Stay.State.OPEN for row in rows),
        unpriced=len(rows) - len(prices),
        is_cut=is_cut,
        before_fen=sum(price.before_fen for price in prices),
        after_fen=sum(price.after_fen for price in prices),
        dearer=len(dearer),
        dearer_by_fen=sum(dearer),
        cheaper=len(cheaper),
        cheaper_by_fen=sum(cheaper),
        largest=tuple(largest),
    )


def _stays(draft: TariffVersion, since: datetime) -> QuerySet[Stay]:
    """Those that are open or ended since then, the newest first."""
    left = Q(state__in=[Stay.State.CLOSED, Stay.State.LOST_EXIT], left_at__gte=since)
    rows = Stay.objects.filter(
        Q(state=Stay.State.OPEN) | left, car_park__tariff=draft.tariff_id, entered_at__isnull=False
    )
    # Sealed plates are of no use here.
    rows = rows.defer("plate_hash", "plate_sealed")
    # One version for all stays that it prices, not a copy each.
    return rows.prefetch_related("tariff_version").order_by("-pk")


def _prices(rows: list[Stay], draft: TariffVersion, at: datetime) -> Iterator[ShadowPrice]:
    for row in rows:
        before, after = stay_fee(row, at), stay_fee_by(draft, row, at)
        if before is None or after is None:
            continue
        assert row.entered_at is not None
        yield ShadowPrice(
            stay=row.public_id,
            entered_at=row.entered_at,
            until=row.left_at or at,
            before_fen=before.gross_fen,
            after_fen=after.gross_fen,
        )

"""The ledger's figures for a dashboard: of the whole district, or of one merchant's stores."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from district.kernel import clock
from loyalty.models import Lot, PointsAccount, Receipt, Transfer


@dataclass(frozen=True)
class Scope:
    """Whose figures: a merchant's, perhaps of some stores only; or with neither everybody's."""

    merchant: int | None = None
    stores: Sequence[int] | None = None

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        if self.merchant is not None:
            rows = rows.filter(merchant=self.merchant)
        return rows if self.stores is None else rows.filter(store__in=self.stores)


@dataclass(frozen=True)
class Day:
    """What happened on one business day so far."""

    receipts: int
    paid_fen: int
    issued: int
    accepted: int


@dataclass(frozen=True)
class Ranked:
    """One merchant, or one store, and its points of a period."""

    pk: int
    name: str
    issued: int
    accepted: int


def today(scope: Scope) -> Day:
    """Receipts, money and points since midnight in Shanghai."""
    start = _midnight()
    bought = scope.of(Receipt.objects.filter(at__gte=start)).aggregate(
        receipts=Count("pk"), paid=Sum("paid_fen"), issued=Sum("granted")
    )
    spent = scope.of(Transfer.objects.filter(at__gte=start, kind=Transfer.Kind.SPEND))
    return Day(
        receipts=bought["receipts"],
        paid_fen=bought["paid"] or 0,
        issued=bought["issued"] or 0,
        accepted=spent.aggregate(points=Sum("points"))["points"] or 0,
    )


def live_points(scope: Scope) -> int:
    """Points that can still be spent: all members' balances, or what a merchant issued of them."""
    if scope.merchant is None:
        total = PointsAccount.objects.aggregate(points=Sum("available"))["points"]
    else:
        live = Lot.objects.filter(
            issuer=scope.merchant, remaining__gt=0, expires_at__gt=clock.now()
        )
        if scope.stores is not None:
            live = live.filter(transfer__store__in=scope.stores)
        total = live.aggregate(points=Sum("remaining"))["points"]
    return total or 0


def by_day(scope: Scope, days: int = 14) -> list[tuple[date, int, int]]:
    """For each of the last days, today included: points issued and points accepted."""
    first = clock.business_day(clock.now()) - timedelta(days=days - 1)
    moved = _moved(scope, clock.start_of_day(first))
    found: dict[date, dict[str, int]] = {}
    for row in (
        moved.annotate(day=TruncDate("at", tzinfo=clock.SHANGHAI))
        .values("day", "kind")
        .annotate(points=Sum("points"))
    ):
        found.setdefault(row["day"], {})[row["kind"]] = row["points"]
    dates = [first + timedelta(days=number) for number in range(days)]
    return [(day, *_pair(found.get(day, {}))) for day in dates]


def ranking(scope: Scope, days: int = 7, top: int = 8) -> list[Ranked]:
    """Who moved most points in the last days: merchants, or within a merchant its stores."""
    what = "merchant" if scope.merchant is None else "store"
    moved = _moved(scope, _midnight() - timedelta(days=days - 1))
    found: dict[tuple[int, str], dict[str, int]] = {}
    for row in moved.values(what, f"{what}__name", "kind").annotate(points=Sum("points")):
        found.setdefault((row[what], row[f"{what}__name"]), {})[row["kind"]] = row["points"]
    ranked = [Ranked(pk, name, *_pair(points)) for (pk, name), points in found.items()]
    return sorted(ranked, key=lambda one: (-one.issued - one.accepted, one.pk))[:top]


def _moved(scope: Scope, since: datetime) -> QuerySet[Transfer]:
    kinds = (Transfer.Kind.EARN, Transfer.Kind.SPEND)
    moved: QuerySet[Transfer] = scope.of(Transfer.objects.filter(at__gte=since, kind__in=kinds))
    return moved.order_by()


def _pair(points: dict[str, int]) -> tuple[int, int]:
    return points.get(Transfer.Kind.EARN, 0), points.get(Transfer.Kind.SPEND, 0)


def _midnight() -> datetime:
    return clock.start_of_day(clock.business_day(clock.now()))

"""What moved from day to day, and who moved it: for a dashboard and for reports."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import TruncDate

from district.kernel import clock
from loyalty.models import Lot, PointsAccount, Receipt, Transfer
from loyalty.statistics.scope import StatisticsScope


@dataclass(frozen=True)
class DayStatistics:
    """What happened on one business day so far."""

    receipts: int
    paid_fen: int
    issued: int
    accepted: int


@dataclass(frozen=True)
class RankingEntry:
    """One merchant, or one store, and its points of a period; what was taken back stands apart."""

    pk: int
    name: str
    issued: int
    clawed: int
    accepted: int
    given_back: int


def today(scope: StatisticsScope) -> DayStatistics:
    """Receipts, money and points since midnight in Shanghai."""
    start = _midnight()
    bought = scope.restrict(Receipt.objects.filter(at__gte=start)).aggregate(
        receipts=Count("pk"), paid=Sum("paid_fen"), issued=Sum("granted")
    )
    spent = scope.restrict(Transfer.objects.filter(at__gte=start, kind__in=_ACCEPTED))
    return DayStatistics(
        receipts=bought["receipts"],
        paid_fen=bought["paid"] or 0,
        issued=bought["issued"] or 0,
        accepted=spent.aggregate(points=Sum("points"))["points"] or 0,
    )


def live_points(scope: StatisticsScope) -> int:
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


def by_day(scope: StatisticsScope, days: int = 14) -> list[tuple[date, int, int]]:
    """For each of the last days, today included: points issued and points accepted."""
    first = clock.business_day(clock.now()) - timedelta(days=days - 1)
    moved = _transfers(scope, clock.start_of_day(first), _ISSUED + _ACCEPTED)
    found: dict[date, dict[str, int]] = {}
    for row in (
        moved.annotate(day=TruncDate("at", tzinfo=clock.SHANGHAI))
        .values("day", "kind")
        .annotate(points=Sum("points"))
    ):
        found.setdefault(row["day"], {})[row["kind"]] = row["points"]
    dates = [first + timedelta(days=number) for number in range(days)]
    return [
        (day, _sum(found.get(day, {}), _ISSUED), _sum(found.get(day, {}), _ACCEPTED))
        for day in dates
    ]


def ranking(scope: StatisticsScope, days: int = 7, top: int = 8) -> list[RankingEntry]:
    """Who moved most points in the last days: merchants, or within a merchant its stores."""
    what = "merchant" if scope.merchant is None else "store"
    kinds = _ISSUED + _CLAWED + _ACCEPTED + _GIVEN_BACK
    moved = _transfers(scope, _midnight() - timedelta(days=days - 1), kinds)
    found: dict[tuple[int, str], dict[str, int]] = {}
    for row in moved.values(what, f"{what}__name", "kind").annotate(points=Sum("points")):
        found.setdefault((row[what], row[f"{what}__name"]), {})[row["kind"]] = row["points"]
    ranked = [
        RankingEntry(
            pk, name, *(_sum(points, of) for of in (_ISSUED, _CLAWED, _ACCEPTED, _GIVEN_BACK))
        )
        for (pk, name), points in found.items()
    ]
    return sorted(ranked, key=lambda entry: (-entry.issued - entry.accepted, entry.pk))[:top]


_ISSUED = (Transfer.Kind.EARN,)
_CLAWED = (Transfer.Kind.CLAWBACK, Transfer.Kind.OWE, Transfer.Kind.REVERSE_EARN)
_ACCEPTED = (Transfer.Kind.SPEND, Transfer.Kind.CAPTURE)
_GIVEN_BACK = (Transfer.Kind.REVERSE_SPEND, Transfer.Kind.RETURN_SPEND)


def _transfers(
    scope: StatisticsScope, since: datetime, kinds: tuple[Transfer.Kind, ...]
) -> QuerySet[Transfer]:
    moved: QuerySet[Transfer] = scope.restrict(
        Transfer.objects.filter(at__gte=since, kind__in=kinds)
    )
    return moved.order_by()


def _sum(points: dict[str, int], kinds: tuple[Transfer.Kind, ...]) -> int:
    return sum(points.get(kind, 0) for kind in kinds)


def _midnight() -> datetime:
    return clock.start_of_day(clock.business_day(clock.now()))

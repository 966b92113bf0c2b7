"""What was paid with points on a bill, by the numbers the till gave its requests."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from district.merchants.models import Store
from loyalty.arithmetic import worth_fen
from loyalty.models import Hold, Transfer
from loyalty.queries.terms_and_policy import alliance_policy_at

_SPENT = (Transfer.Kind.SPEND, Transfer.Kind.CAPTURE)
_GIVEN_BACK = (Transfer.Kind.REVERSE_SPEND, Transfer.Kind.RETURN_SPEND)


@dataclass(frozen=True, slots=True)
class BillSpending:
    """Points that paid for a bill; `points` are those not given back yet of `spent`. What they took off
    follows the rules of when they were spent."""

    transfer: Transfer
    spent: int
    points: int
    value_milli_fen: int

    def worth_fen(self, points: int | None = None) -> int:
        """What so many of them took off, in fen; of all that are left where it is not said."""
        counted_points = self.points if points is None else points
        return worth_fen(counted_points, value_milli_fen=self.value_milli_fen)


def bill_spendings(store: Store, numbers: Collection[str]) -> list[BillSpending]:
    """Spendings at a store whose request number is one of these, the newest first."""
    given_back = Q(reverses__isnull=False, kind__in=_GIVEN_BACK)
    rows = list(
        Transfer.objects.filter(
            merchant=store.merchant_id, store=store, reference__in=numbers, kind__in=_SPENT
        )
        .select_related("store")
        .order_by("-pk")
    )
    back = dict(
        Transfer.objects.filter(given_back, reverses__in=[row.pk for row in rows])
        .order_by()
        .values("reverses")
        .annotate(sum=Coalesce(Sum("points"), 0))
        .values_list("reverses", "sum")
    )
    return [
        BillSpending(
            transfer=row,
            spent=row.points,
            points=row.points - back.get(row.pk, 0),
            value_milli_fen=alliance_policy_at(row.at).point_value_milli_fen,
        )
        for row in rows
    ]


def bill_holds(store: Store, numbers: Collection[str]) -> QuerySet[Hold]:
    """Points still set aside at a store under one of these request numbers."""
    return Hold.objects.filter(
        merchant=store.merchant_id, store=store, request_no__in=numbers, state=Hold.State.OPEN
    ).order_by("pk")

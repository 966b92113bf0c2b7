"""What goes in and comes out of the endpoints for reconciliation."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel import clock
from district.kernel.http.fields import (
    FenField,
    IdField,
    InstantField,
    NumberField,
    PointsField,
    StrictInteger,
)
from district.kernel.text.money import MAX_FEN
from loyalty.receipt_batches.models import Difference, Reconciliation
from loyalty.receipt_batches.services.reconcile import TillCount

MOST_LISTED = 10_000
_MOST = 1_000_000
_FIRST_DAY = date(2000, 1, 1)


class NumberedFen(serializers.Serializer):
    number = NumberField()
    fen = FenField()


class NumberedPoints(serializers.Serializer):
    number = NumberField()
    points = PointsField()


class _Counted(serializers.Serializer):
    amount: ClassVar[str]

    count = StrictInteger(min_value=0, max_value=_MOST)

    def validate(self, body: dict[str, Any]) -> dict[str, Any]:
        items = body.get("each")
        if items is None:
            return body
        if len({item["number"] for item in items}) < len(items):
            raise serializers.ValidationError({"each": ["同一个单号出现多次。"]})
        totals = (body["count"], body[self.amount])
        if totals != (len(items), sum(item[self.amount] for item in items)):
            raise serializers.ValidationError({"each": ["明细与合计不一致。"]})
        return body


class CountedFen(_Counted):
    """How many, how much, and if the till can say so, each of them."""

    amount = "fen"

    fen = FenField(max_value=MAX_FEN)
    each = serializers.ListField(child=NumberedFen(), required=False, max_length=MOST_LISTED)


class CountedPoints(_Counted):
    """How many, how many points, and if the till can say so, each of them by its request number."""

    amount = "points"

    points = PointsField(min_value=0)
    each = serializers.ListField(child=NumberedPoints(), required=False, max_length=MOST_LISTED)


class ReconciliationIn(serializers.Serializer):
    """A store's day as the till counted it."""

    store = IdField("str")
    day = serializers.DateField(
        input_formats=["%Y-%m-%d"], help_text="the Shanghai day, which must have begun"
    )
    receipts = CountedFen(help_text="paid on that day with a member's card, as paid")
    refunds = CountedFen(help_text="given back on that day, of whichever purchase")
    spendings = CountedPoints(help_text="taken on that day, whatever was undone later")

    def validate_day(self, day: date) -> date:
        if not _FIRST_DAY <= day <= clock.business_day(clock.now()):
            raise serializers.ValidationError("营业日须已开始。")
        return day


def counted(body: Mapping[str, Any], amount: str) -> TillCount:
    items = body.get("each")
    return TillCount(
        count=body["count"],
        amount=body[amount],
        amounts_by_number=None
        if items is None
        else [(item["number"], item[amount]) for item in items],
    )


class FenTotals(serializers.Serializer):
    count = serializers.IntegerField()
    fen = serializers.IntegerField()


class PointsTotals(serializers.Serializer):
    count = serializers.IntegerField()
    points = serializers.IntegerField()


class FenBoth(serializers.Serializer):
    theirs = FenTotals()
    ours = FenTotals()


class PointsBoth(serializers.Serializer):
    theirs = PointsTotals()
    ours = PointsTotals()


class DifferenceOut(serializers.Serializer):
    """A number on which both do not agree; null is the side that does not know it."""

    kind = serializers.ChoiceField(Difference.Kind.choices)
    what = serializers.ChoiceField(Difference.What.choices)
    number = serializers.CharField()
    theirs = serializers.IntegerField(allow_null=True)
    ours = serializers.IntegerField(allow_null=True)


class ReconciliationOut(serializers.Serializer):
    """Both counts of a day; `differences` is null when the till listed nothing."""

    id = serializers.CharField(source="public_id")
    store = serializers.CharField(source="store.public_id")
    day = serializers.DateField()
    agrees = serializers.BooleanField()
    receipts = serializers.SerializerMethodField()
    refunds = serializers.SerializerMethodField()
    spendings = serializers.SerializerMethodField()
    differences = serializers.IntegerField(
        allow_null=True, help_text="how many; of each kind the first 1,000 are listed"
    )
    listed = DifferenceOut(source="found.all", many=True)
    at = InstantField()

    @extend_schema_field(FenBoth)
    def get_receipts(self, row: Reconciliation) -> Any:
        return _both(row, "receipts", "paid_fen", "fen")

    @extend_schema_field(FenBoth)
    def get_refunds(self, row: Reconciliation) -> Any:
        return _both(row, "refunds", "refunded_fen", "fen")

    @extend_schema_field(PointsBoth)
    def get_spendings(self, row: Reconciliation) -> Any:
        return _both(row, "spendings", "spent_points", "points")


def _both(row: Reconciliation, count: str, amount: str, unit: str) -> Any:
    def totals(side: str) -> dict[str, int]:
        return {
            "count": getattr(row, f"{side}_{count}"),
            unit: getattr(row, f"{side}_{amount}"),
        }

    return {"theirs": totals("their"), "ours": totals("our")}

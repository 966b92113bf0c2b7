"""What goes in and comes out of the endpoints for holds."""

from typing import Any

from rest_framework import serializers

from district.kernel.http.fields import (
    IdField,
    InstantField,
    NumberField,
    PatternField,
    PointsField,
    StrictInteger,
)
from loyalty import queries
from loyalty.api.schemas import TransferOut
from loyalty.models import Hold


class HoldIn(serializers.Serializer):
    """Points are set aside for a member at the counter."""

    store = IdField("str")
    visit = PatternField(
        r"^vis_[0-9A-Za-z]{10,100}\Z", max_length=110, help_text="from the look-up, ten minutes"
    )
    points = PointsField()
    request_no = NumberField(help_text="the till's number, unique per merchant for ever")
    minutes = StrictInteger(
        min_value=1, max_value=10_080, help_text="after that the points go back by themselves"
    )


class CaptureIn(serializers.Serializer):
    """Some or all of a hold is spent, the rest goes back."""

    points = PointsField(help_text="at most what the hold sets aside")


class HoldOut(serializers.Serializer):
    """A hold; with the purpose `confirm` it is a spending that waits for the member's word."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(Hold.State.choices)
    purpose = serializers.ChoiceField(Hold.Purpose.choices)
    store = serializers.CharField(source="store.public_id")
    store_name = serializers.CharField(source="store.name")
    merchant_name = serializers.CharField(source="merchant.name")
    request_no = serializers.CharField()
    points = serializers.IntegerField()
    captured = serializers.IntegerField()
    expires_at = InstantField()
    at = InstantField()
    resolved_at = InstantField(allow_null=True)
    transfer = TransferOut(source="spent", allow_null=True, help_text="the spending it became")

    def to_representation(self, hold: Hold) -> Any:
        document = super().to_representation(hold)
        # Of what was captured whole nothing came back behind the spending.
        if hold.spent is not None and hold.captured < hold.points:
            document["transfer"]["available_after"] = queries.balance_after(hold.spent)
        return document


class HoldPage(serializers.Serializer):
    results = HoldOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="cursor of the next page")

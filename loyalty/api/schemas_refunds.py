"""What goes in and comes out of the endpoints for refunds."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.http.fields import FenField, IdField, InstantField, NumberField
from loyalty.models import ParkedRefund, Refund


class _RefundFields(serializers.Serializer):
    store = IdField("str", help_text="where the money is given back; one of the key's stores")
    receipt_store = IdField(
        "str", required=False, help_text="where the purchase was made, if elsewhere"
    )
    receipt_no = NumberField(help_text="of the purchase")
    fen = FenField(min_value=1, help_text="what is given back, in fen")


class RefundPreviewIn(_RefundFields):
    """A purchase of which a part or all might be given back."""


class RefundIn(_RefundFields):
    """A purchase of which a part or all is given back."""

    refund_no = NumberField(help_text="the till's number, unique per store for ever")


class RefundPreviewOut(serializers.Serializer):
    """What the refund would do to the member's points at this moment."""

    fen = serializers.IntegerField()
    left_fen = serializers.IntegerField(help_text="what could still be refunded after it")
    own = serializers.IntegerField(help_text="taken from the points of this receipt")
    other = serializers.IntegerField(help_text="taken from other points of the member")
    owed = serializers.IntegerField(help_text="what the member would owe")
    ended = serializers.IntegerField(help_text="what ended unspent and is taken from nobody")
    available_after = serializers.IntegerField(help_text="the member's balance after it")


class RefundOut(serializers.Serializer):
    """A posted refund, or one that waits for its receipt (`parked`, with the status 202)."""

    id = serializers.CharField(source="public_id")
    parked = serializers.SerializerMethodField()
    store = serializers.CharField(source="store.public_id")
    receipt_store = serializers.SerializerMethodField()
    receipt_no = serializers.SerializerMethodField()
    refund_no = serializers.CharField()
    fen = serializers.IntegerField()
    points = serializers.SerializerMethodField()
    at = InstantField()

    def get_parked(self, refund: Refund | ParkedRefund) -> bool:
        return isinstance(refund, ParkedRefund)

    def get_receipt_store(self, refund: Refund | ParkedRefund) -> str:
        store = refund.receipt_store if isinstance(refund, ParkedRefund) else refund.receipt.store
        return store.public_id

    def get_receipt_no(self, refund: Refund | ParkedRefund) -> str:
        if isinstance(refund, ParkedRefund):
            return refund.receipt_no
        return refund.receipt.receipt_no

    @extend_schema_field(
        {
            "type": "object",
            "nullable": True,
            "description": "points taken back: of this receipt, of others, and owed; `ended` unspent ones"
            " are taken from nobody; null while parked",
            "properties": {name: {"type": "integer"} for name in ("own", "other", "owed", "ended")},
        }
    )
    def get_points(self, refund: Refund | ParkedRefund) -> dict[str, Any] | None:
        if isinstance(refund, ParkedRefund):
            return None
        parts = {"own": refund.own, "other": refund.other, "owed": refund.owed}
        return {**parts, "ended": refund.ended}

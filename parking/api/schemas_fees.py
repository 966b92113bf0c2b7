"""What members hear of a stay's fee and say of its payment, and what tills report of receipts."""

from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.http.fields import (
    FenField,
    IdField,
    InstantField,
    NumberField,
    PatternField,
    StrictInteger,
    TextField,
)
from parking.api.schemas import FeeLineOut
from parking.fees.tendering import TenderKind
from parking.models import FeeTender, MinuteValidation, ParkingQuote, Vehicle

VISIT = r"^vis_[0-9A-Za-z]{10,100}\Z"
MOST_COUPONS, MOST_POINTS = 10, 10_000_000


class StayCouponOut(serializers.Serializer[Any]):
    """A coupon of the member for stays; `minutes` or `fen` is what it takes off this one."""

    id = serializers.CharField(source="public_id")
    name = serializers.CharField()
    text = serializers.CharField(help_text="What it is, in words.")
    minutes = serializers.IntegerField()
    fen = serializers.IntegerField()
    valid_until = InstantField()
    reason = serializers.CharField(help_text="Why it cannot be used here now; empty where it can.")


class StayFeeDueOut(serializers.Serializer[Any]):
    """What a stay costs with the minutes that were given for it, what was paid, and what is due, of an open one if it
    ended now. Before `exit_until` a car leaves as paid."""

    fee_fen = serializers.IntegerField(source="gross_fen")
    paid_fen = serializers.IntegerField()
    due_fen = serializers.IntegerField()
    credited_minutes = serializers.IntegerField()
    free_until = InstantField(allow_null=True)
    exit_until = InstantField(allow_null=True)
    lines = FeeLineOut(source="price.lines", many=True, help_text="They sum to `fee_fen`.")
    coupons = StayCouponOut(many=True, help_text="Those that can be used first.")
    takes_coupons = serializers.BooleanField(help_text="Whether it takes coupons and points.")


class QuoteIn(serializers.Serializer[Any]):
    """What is to be used; of it only what the fee needs is."""

    coupons = serializers.ListField(
        child=IdField("cpn"), required=False, default=list, max_length=MOST_COUPONS
    )
    points = StrictInteger(
        required=False,
        default=0,
        min_value=0,
        max_value=MOST_POINTS,
        help_text="At most so many.",
    )


class FeeTenderOut(serializers.Serializer[Any]):
    """What the fee is settled with; minutes are worth what they saved."""

    kind = serializers.ChoiceField(choices=[kind.value for kind in TenderKind])
    amount_fen = serializers.IntegerField()
    minutes = serializers.IntegerField()
    points = serializers.IntegerField()
    coupon = serializers.SerializerMethodField(allow_null=True)
    given_by = serializers.SerializerMethodField(
        help_text="The merchant that gave the minutes; empty for others."
    )
    returned_fen = serializers.IntegerField()

    def get_coupon(self, tender: FeeTender) -> str | None:
        return tender.coupon.public_id if tender.coupon else None

    def get_given_by(self, tender: FeeTender) -> str:
        return tender.validation.merchant.name if tender.validation else ""


class ParkingQuoteOut(serializers.Serializer[Any]):
    """`lines` sum to `fee_fen`, the whole stay; `tenders` to `settles_fen`. `order` is paid by
    `/me/payments/{order}/pay`; the quote is paid when the money has come."""

    id = serializers.CharField(source="public_id")
    stay = serializers.CharField(source="stay.public_id")
    state = serializers.ChoiceField(choices=ParkingQuote.State.choices)
    as_of = InstantField()
    valid_until = InstantField()
    fee_fen = serializers.IntegerField(source="gross_fen")
    lines = serializers.SerializerMethodField()
    credited_minutes = serializers.IntegerField()
    settles_fen = serializers.IntegerField()
    money_fen = serializers.IntegerField(help_text="What is to be paid with money.")
    tenders = FeeTenderOut(source="tenders.all", many=True)
    order = serializers.CharField(source="order.public_id", allow_null=True, default=None)
    paid_at = InstantField(allow_null=True)
    exit_until = InstantField(allow_null=True, help_text="Until when the car may leave.")

    @extend_schema_field(FeeLineOut(many=True))
    def get_lines(self, quote: ParkingQuote) -> Any:
        rows = [
            line | {name: datetime.fromisoformat(line[name]) for name in ("starts_at", "ends_at")}
            for line in quote.lines
        ]
        return FeeLineOut(rows, many=True).data


class ValidationIn(serializers.Serializer[Any]):
    """Minutes for a receipt: for a plate, a stay, or the member at the counter; one of them."""

    store = IdField("str")
    receipt_no = NumberField(help_text="Once for each merchant.")
    paid_fen = FenField(help_text="What was really paid.")
    plate = TextField(max_length=20, required=False)
    colour = serializers.ChoiceField(
        required=False,
        choices=Vehicle.Colour.choices,
        help_text="The usual one of such plates where it is left out.",
    )
    stay = IdField("sty", required=False)
    visit = PatternField(VISIT, max_length=110, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if sum(name in attrs for name in ("plate", "stay", "visit")) != 1:
            raise serializers.ValidationError("请填写 plate、stay 或 visit 其中一项。")
        return attrs


class ValidationOut(serializers.Serializer[Any]):
    """Says nothing of the car: a plate has the minutes whether it is there or not."""

    id = serializers.CharField(source="public_id")
    receipt_no = serializers.CharField()
    minutes = serializers.IntegerField()
    state = serializers.ChoiceField(choices=MinuteValidation.State.choices)
    granted_at = InstantField()
    valid_until = InstantField()

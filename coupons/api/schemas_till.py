"""What goes in and comes out of the till's endpoints."""

from typing import Any

from rest_framework import serializers

from coupons import evaluation
from coupons.engine.bill import Bill, BillLine
from coupons.engine.coupon import Evaluation
from coupons.input_limits import LONGEST_CODE, MOST_CODES, MOST_LINES
from coupons.services import CheckResult
from district.kernel.http.fields import (
    CodeField,
    FenField,
    IdField,
    InstantField,
    NumberField,
    PatternField,
    StrictInteger,
    TextField,
)
from district.kernel.text.money import MAX_FEN

VISIT = r"^vis_[0-9A-Za-z]{10,100}\Z"


class LineIn(serializers.Serializer):
    """A position of a bill, in fen; below zero for what is given back or taken off it."""

    fen = StrictInteger(min_value=-MAX_FEN, max_value=MAX_FEN)
    product = NumberField(required=False, help_text="the merchant's code for what was sold")


class BillIn(serializers.Serializer):
    """A bill before any coupon."""

    no = NumberField(help_text="unique per store for ever")
    fen = FenField(help_text="what is to be paid before any coupon, in fen")
    lines = LineIn(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]


class PresentedCodesField(serializers.ListField):
    def __init__(self, **options: Any) -> None:
        super().__init__(child=CodeField(longest=LONGEST_CODE), max_length=MOST_CODES, **options)


class CheckIn(serializers.Serializer):
    """Coupons shown at a counter, and what they would be used on."""

    store = IdField("str")
    bill = BillIn()
    codes = PresentedCodesField(
        required=False, help_text="rotating codes, tickets or printed numbers"
    )
    visit = PatternField(
        VISIT, max_length=110, required=False, help_text="all coupons of the member at the counter"
    )


class RedemptionIn(serializers.Serializer):
    """Coupons to be used on a bill, all or none."""

    store = IdField("str")
    request_no = NumberField(help_text="the till's number, unique per merchant for ever")
    bill = BillIn()
    codes = PresentedCodesField(
        min_length=1, help_text="rotating codes, tickets of a check, printed numbers"
    )


class RedemptionReversalIn(serializers.Serializer):
    store = IdField("str")
    reason = TextField(max_length=200, help_text="shown to the member and in the audit")


class _GoodsRefundIn(serializers.Serializer):
    store = IdField("str", help_text="where the bill was written")
    bill_no = NumberField()
    goods_fen = FenField(min_value=1, help_text="what came back, at its price before any coupon")
    lines = LineIn(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]


class CouponRefundPreviewIn(_GoodsRefundIn):
    """Goods that might come back."""


class CouponRefundIn(_GoodsRefundIn):
    """Goods that came back."""

    refund_no = NumberField(help_text="unique per bill for ever")


class HandOutIn(serializers.Serializer):
    """A coupon for the member at the counter."""

    store = IdField("str")
    visit = PatternField(VISIT, max_length=110)
    version = IdField("ctv")


class PlaceOut(serializers.Serializer):
    """A store where the coupon can be used."""

    store = serializers.CharField(help_text="public id")
    name = serializers.CharField()
    venue = serializers.CharField()
    floor = serializers.CharField(help_text="as the venue names it, or empty")
    same_brand = serializers.BooleanField(help_text="of this counter's merchant")
    same_venue = serializers.BooleanField()


class ReasonOut(serializers.Serializer):
    code = serializers.CharField()
    shopper = serializers.CharField(help_text="what would help, for the shopper")
    clerk = serializers.CharField(help_text="what is the matter, for the clerk")
    short_fen = serializers.IntegerField(
        required=False, help_text="what is missing to the threshold"
    )
    where = PlaceOut(
        many=True, required=False, help_text="not at this store: the nearest where it can be used"
    )


class FundingOut(serializers.Serializer):
    party = serializers.CharField(help_text="public id of who pays")
    name = serializers.CharField()
    fen = serializers.IntegerField()


class OfferOut(serializers.Serializer):
    """A coupon alone on this bill: what it takes off, or why not, the easiest to mend first."""

    coupon = serializers.CharField()
    name = serializers.CharField()
    usable = serializers.BooleanField()
    ticket = serializers.CharField(allow_null=True, help_text="to redeem it within ten minutes")
    discount_fen = serializers.IntegerField()
    eligible_fen = serializers.IntegerField()
    reasons = ReasonOut(many=True)
    funding = FundingOut(many=True)


class StepOut(serializers.Serializer):
    coupon = serializers.CharField()
    discount_fen = serializers.IntegerField()
    left_fen = serializers.IntegerField(help_text="what is left to pay after it")


class CheckOut(serializers.Serializer):
    """Each coupon alone, and the legal combination that takes off the most, line by line."""

    offers = OfferOut(many=True)
    best = StepOut(many=True)
    before_fen = serializers.IntegerField(help_text="what is to pay before these coupons")


class RedemptionOut(serializers.Serializer):
    """A coupon used on a bill."""

    id = serializers.CharField(source="public_id")
    coupon = serializers.CharField()
    name = serializers.CharField()
    bill_no = serializers.CharField()
    discount_fen = serializers.IntegerField()
    cost_fen = serializers.IntegerField(help_text="what its payers bear")
    funding = FundingOut(many=True, read_only=True)
    at = InstantField()
    reversed_at = InstantField(allow_null=True)


class RequestOut(serializers.Serializer):
    """What a till's request came to."""

    request_no = serializers.CharField()
    bill_no = serializers.CharField()
    bill_fen = serializers.IntegerField()
    discount_fen = serializers.IntegerField(read_only=True, help_text="by this request, in fen")
    redemptions = RedemptionOut(many=True)


class RefundShareOut(serializers.Serializer):
    redemption = serializers.CharField(source="redemption.public_id")
    eligible_fen = serializers.IntegerField(help_text="of the goods, what the coupon counted")
    returned_fen = serializers.IntegerField(help_text="what its payers no longer bear")


class CouponRefundPreviewOut(serializers.Serializer):
    """What the refund would come to."""

    goods_fen = serializers.IntegerField()
    discount_fen = serializers.IntegerField(help_text="of it, what coupons had taken off")
    pay_back_fen = serializers.IntegerField(help_text="what the shopper gets")
    coupons_back = serializers.BooleanField(help_text="whether the coupons can be used again")
    shares = RefundShareOut(many=True)


class CouponRefundOut(serializers.Serializer):
    id = serializers.CharField(source="public_id")
    bill_no = serializers.CharField(source="bill.bill_no")
    refund_no = serializers.CharField()
    goods_fen = serializers.IntegerField()
    discount_fen = serializers.IntegerField()
    pay_back_fen = serializers.SerializerMethodField()
    at = InstantField()

    def get_pay_back_fen(self, refund: Any) -> int:
        return int(refund.goods_fen - refund.discount_fen)


def bill_of_request(bill: dict[str, Any]) -> Bill:
    """A bill of a request, as the verbs take it."""
    return Bill(bill["fen"], lines_of(bill), bill["no"])


def lines_of(request_data: dict[str, Any]) -> tuple[BillLine, ...]:
    return tuple(BillLine(**line) for line in request_data.get("lines", ()))


def check_response(checked: CheckResult, merchant: int) -> dict[str, Any]:
    """The answer to a check."""
    bill_evaluation = checked.bill_evaluation
    names = evaluation.party_names_of(
        party
        for coupon_evaluation in bill_evaluation.evaluations
        for party, _ in coupon_evaluation.funding_parts(merchant)
    )
    return {
        "offers": [
            _offer(coupon_evaluation, checked, merchant, names)
            for coupon_evaluation in bill_evaluation.evaluations
        ],
        "best": [
            {
                "coupon": line.coupon.public_id,
                "discount_fen": line.discount_fen,
                "left_fen": line.left_fen,
            }
            for line in checked.best
        ],
        "before_fen": bill_evaluation.bill.left_fen,
    }


def _offer(
    coupon_evaluation: Evaluation,
    checked: CheckResult,
    merchant: int,
    names: dict[int, tuple[str, str]],
) -> dict[str, Any]:
    usable, public_id = coupon_evaluation.usable, coupon_evaluation.coupon.public_id
    return {
        "coupon": public_id,
        "name": coupon_evaluation.terms.name,
        "usable": usable,
        "ticket": checked.tickets.get(public_id),
        "discount_fen": coupon_evaluation.discount_fen,
        "eligible_fen": coupon_evaluation.eligible_fen,
        "reasons": evaluation.reason_documents(coupon_evaluation.reasons, checked.at),
        "funding": [
            {"party": names[party][0], "name": names[party][1], "fen": fen}
            for party, fen in (coupon_evaluation.funding_parts(merchant) if usable else ())
        ],
    }

"""A bill at the till as a whole: what comes back of it, looked at and then done in one act."""

import secrets
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors, services
from coupons.api.schemas import rendered
from coupons.api.schemas_till import LineIn, lines_of
from coupons.input_limits import MOST_LINES
from district.kernel import errors as kernel
from district.kernel.http.fields import FenField, IdField, InstantField, NumberField
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.api.examples import STORE_ID
from loyalty import errors as loyalty

MOST_REQUESTS = 10


class BillRefundPreviewIn(serializers.Serializer):
    """A bill that might come back, or some of its goods."""

    store = IdField("str", help_text="where the bill was written")
    bill_no = NumberField(help_text="as coupons, receipt and points were told of it")
    goods_fen = FenField(
        min_value=1,
        required=False,
        help_text="what comes back, at its price before coupons and points; left out: all of it",
    )
    lines = LineIn(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]
    request_nos = serializers.ListField(
        child=NumberField(),
        max_length=MOST_REQUESTS,
        required=False,
        help_text="of spendings and holds on this bill whose request number is not the bill's",
    )


class BillRefundIn(BillRefundPreviewIn):
    """A bill that comes back, or some of its goods."""

    refund_no = NumberField(help_text="the till's number, unique per store for ever")


class PointsReturnedOut(serializers.Serializer):
    returned = serializers.IntegerField(help_text="spent on this bill, now the member's again")
    worth_fen = serializers.IntegerField(help_text="what they had taken off the bill")
    taken_back = serializers.IntegerField(help_text="earned by what was paid and now is not")
    owed = serializers.IntegerField(help_text="of these, what the member owes")


class CouponReturnedOut(serializers.Serializer):
    redemption = serializers.CharField()
    coupon = serializers.CharField()
    name = serializers.CharField()
    returned_fen = serializers.IntegerField(help_text="what its payers no longer bear")
    state = serializers.CharField(help_text="of the coupon now; live: it can be used again")
    value_left_fen = serializers.IntegerField(
        allow_null=True, help_text="of a coupon whose value is used up in parts"
    )


class GiftReturnedOut(serializers.Serializer):
    coupon = serializers.CharField()
    name = serializers.CharField()


class SpendingReturnedOut(serializers.Serializer):
    transfer = serializers.CharField()
    request_no = serializers.CharField()
    points = serializers.IntegerField()
    worth_fen = serializers.IntegerField()


class HoldReleasedOut(serializers.Serializer):
    hold = serializers.CharField()
    request_no = serializers.CharField()
    points = serializers.IntegerField()


class BillRefundPreviewOut(serializers.Serializer):
    """What comes back of the bill: money, points, coupons and gifts."""

    bill_no = serializers.CharField()
    goods_fen = serializers.IntegerField()
    discount_fen = serializers.IntegerField(help_text="of the goods, what coupons had taken off")
    pay_back_fen = serializers.IntegerField(help_text="the money the shopper gets")
    points = serializers.SerializerMethodField()
    coupons = CouponReturnedOut(many=True, source="answer.coupons")
    gifts = GiftReturnedOut(
        many=True, source="answer.gifts", help_text="coupons the purchase brought that are revoked"
    )
    spendings = SpendingReturnedOut(many=True, source="answer.spendings")
    holds = HoldReleasedOut(many=True, source="answer.holds")
    receipt = serializers.ChoiceField(
        ["posted", "parked", "none"],
        source="answer.receipt",
        help_text="whether earned points were taken back, wait for their receipt, or there are none",
    )

    @extend_schema_field(PointsReturnedOut)
    def get_points(self, refund: Any) -> dict[str, int]:
        return {
            "returned": refund.points_returned,
            "worth_fen": refund.points_worth_fen,
            "taken_back": refund.points_taken,
            "owed": refund.points_owed,
        }


class BillRefundOut(BillRefundPreviewOut):
    id = serializers.CharField(source="public_id")
    refund_no = serializers.CharField()
    at = InstantField()


_IN = {"store": STORE_ID, "bill_no": "20261121-0042"}
_OUT = {
    "bill_no": "20261121-0042",
    "goods_fen": 10_000,
    "discount_fen": 2_000,
    "pay_back_fen": 7_000,
    "points": {"returned": 1_000, "worth_fen": 1_000, "taken_back": 70, "owed": 0},
    "coupons": [
        {
            "redemption": "rdm_4nTq8RcWk5XvM1zYdLs7Ea",
            "coupon": "cpn_7hTn8RcWq5XvM1zYdLs2Kb",
            "name": "满百减二十",
            "returned_fen": 2_000,
            "state": "live",
            "value_left_fen": None,
        }
    ],
    "gifts": [{"coupon": "cpn_1bTn8RcWq5XvM1zYdLs9Gc", "name": "满额赠咖啡"}],
    "spendings": [
        {
            "transfer": "tr_3kTn8RcWq5XvM1zYdLs7Ea",
            "request_no": "20261121-0042",
            "points": 1_000,
            "worth_fen": 1_000,
        }
    ],
    "holds": [],
    "receipt": "posted",
}
_DONE = {
    "id": "wbr_9dTn8RcWq5XvM1zYdLs7Ea",
    "refund_no": "R-0009",
    "at": "2026-11-22T10:15:00+08:00",
}
_REFUSALS = (
    *TillView.refusals,
    merchants.StoreNotYours,
    kernel.NotFound,
    errors.BillAlreadyRefunded,
    errors.BillSpendingUnknown,
    errors.RefundNumberUsed,
    errors.RefundTooLarge,
    loyalty.AccountMerged,
    loyalty.HoldNotOpen,
    loyalty.RefundAlreadyPosted,
    loyalty.RefundExceedsPayment,
    loyalty.TransferNotReversible,
)


class BillRefunds(TillView):
    """POST /api/v1/till/bills/refunds: a bill comes back, or some of its goods, in one act.

    Money, points, coupons and gifts go back together or not at all. What was paid goes back as it was
    paid, in money and in points.
    """

    refusals = (*_REFUSALS, errors.WholeRefundNumberUsed)

    @extend_schema(
        operation_id="refund_whole_bill",
        summary="整单退货",
        request=BillRefundIn,
        responses={201: BillRefundOut},
        examples=[
            OpenApiExample("all of it", _IN | {"refund_no": "R-0009"}, request_only=True),
            OpenApiExample("done", _OUT | _DONE, response_only=True),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(BillRefundIn)
        # No alliance check: who has left must still be able to give money back.
        done = services.refund_whole_bill(
            store=self.till.store(request_data["store"]),
            returned=_returned(request_data, request_data["refund_no"]),
            actor=self.till.actor,
            key=self.key("refund_whole_bill", **request_data),
        )
        return Response(rendered(BillRefundOut, done), status.HTTP_201_CREATED)


class BillRefundPreviews(TillView):
    """POST /api/v1/till/bills/refunds/preview: what it would come to; nothing is written."""

    keyed = False
    refusals = _REFUSALS

    @extend_schema(
        operation_id="preview_whole_bill_refund",
        summary="整单退货试算",
        request=BillRefundPreviewIn,
        responses=BillRefundPreviewOut,
        examples=[
            OpenApiExample("all of it", _IN, request_only=True),
            OpenApiExample("what it would come to", _OUT, response_only=True),
        ],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(BillRefundPreviewIn)
        would = services.preview_whole_bill_refund(
            store=self.till.store(request_data["store"]),
            returned=_returned(request_data, f"preview-{secrets.token_hex(16)}"),
            actor=self.till.actor,
        )
        return Response(rendered(BillRefundPreviewOut, would))


def _returned(request_data: dict[str, Any], refund_no: str) -> services.ReturnedBill:
    return services.ReturnedBill(
        bill_no=request_data["bill_no"],
        refund_no=refund_no,
        goods_fen=request_data.get("goods_fen"),
        lines=lines_of(request_data),
        request_nos=tuple(dict.fromkeys(request_data.get("request_nos", ()))),
    )

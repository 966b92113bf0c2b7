"""Coupons at the till: check, redeem, undo, give back goods, hand out."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors, services
from coupons.api.schemas import CouponOut, rendered
from coupons.api.schemas_till import (
    CheckIn,
    CheckOut,
    CouponRefundIn,
    CouponRefundOut,
    CouponRefundPreviewIn,
    CouponRefundPreviewOut,
    HandOutIn,
    RedemptionIn,
    RedemptionOut,
    RedemptionReversalIn,
    RequestOut,
    bill_of_request,
    check_response,
    lines_of,
)
from coupons.queries.catalogue import public_version
from coupons.queries.redemptions import (
    bill_of_store,
    redeemed_coupon,
    redemption_of_merchant,
)
from coupons.queries.wallet import WalletCoupon
from coupons.services import ReturnedGoods
from district.kernel import errors as kernel
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.queries import visit_at

_AT_A_STORE = (*TillView.refusals, merchants.StoreNotYours, merchants.StoreNotInAlliance)
_OF_A_VISIT = (merchants.VisitUnknown, merchants.VisitElsewhere, merchants.VisitOver)
_CODE_REFUSALS = (
    errors.CodeLeasedElsewhere,
    errors.PinClosed,
    errors.PinWrong,
    kernel.TokenExpired,
    kernel.TokenInvalid,
    kernel.TokenUsed,
)


class Checks(TillView):
    """POST /api/v1/till/coupons/check: what coupons are worth on this bill, who pays, and if not, why not.

    Nothing is used by it. Codes are those the shopper shows; with a visit all coupons of the member at
    the counter are judged. A usable coupon comes with a ticket that redeems it within ten minutes.
    """

    keyed = False
    refusals = (*_AT_A_STORE, *_OF_A_VISIT, *_CODE_REFUSALS)

    @extend_schema(
        operation_id="check_coupons",
        summary="验券",
        request=CheckIn,
        responses=CheckOut,
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(CheckIn)
        store = self.till.alliance_store(request_data["store"])
        visit = None
        if "visit" in request_data:
            visit = visit_at(visit_token=request_data["visit"], till=self.till, store=store)
        checked = services.check_coupons(
            store=store,
            reported_bill=bill_of_request(request_data["bill"]),
            codes=request_data.get("codes", []),
            visit=visit,
        )
        return Response(check_response(checked, store.merchant_id))


class CouponRedemptions(TillView):
    """POST /api/v1/till/coupons/redemptions: coupons are used on a bill, all of them or none."""

    refusals = (
        *_AT_A_STORE,
        *_CODE_REFUSALS,
        errors.CouponAlreadyRedeemed,
        errors.CouponBillHasRefunds,
        errors.CouponBillAmountMismatch,
        errors.CouponBudgetUsedUp,
        errors.CouponChanged,
        errors.CouponNotUsable,
        errors.RequestAlreadyRedeemed,
    )

    @extend_schema(
        operation_id="redeem_coupons",
        summary="核销",
        request=RedemptionIn,
        responses={201: RequestOut},
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(RedemptionIn)
        store = self.till.alliance_store(request_data["store"])
        codes = request_data.pop("codes")
        # The bill, not the codes: a till that lost our answer asks again with fresh ones.
        redeemed = services.redeem_coupons(
            store=store,
            reported_bill=bill_of_request(request_data["bill"]),
            codes=codes,
            request_no=request_data["request_no"],
            actor=self.till.actor,
            key=self.key("redeem", **request_data),
        )
        return Response(rendered(RequestOut, redeemed), status.HTTP_201_CREATED)


class CouponReversals(TillView):
    """POST /api/v1/till/coupons/redemptions/{redemption}/reversal: undone on the day it was made."""

    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        kernel.NotFound,
        errors.RedemptionAlreadyReversed,
        errors.ReversalTooLate,
    )

    @extend_schema(
        operation_id="reverse_redemption",
        summary="撤销核销",
        request=RedemptionReversalIn,
        responses={201: RedemptionOut},
        tags=["till"],
    )
    def post(self, request: Request, redemption: str) -> Response:
        found = redemption_of_merchant(self.till.merchant.pk, redemption)
        request_data = self.request_data(RedemptionReversalIn)
        # No alliance check: who has left must still be able to put its own mistakes right.
        self.till.store(request_data["store"])
        undone = services.reverse_redemption(
            redemption=found,
            reason=request_data["reason"],
            actor=self.till.actor,
            key=self.key("reverse_redemption", redemption=redemption, **request_data),
        )
        return Response(rendered(RedemptionOut, redeemed_coupon(undone)), status.HTTP_201_CREATED)


class CouponRefunds(TillView):
    """POST /api/v1/till/coupons/refunds: goods of a bill came back."""

    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        kernel.NotFound,
        errors.RefundNumberUsed,
        errors.RefundTooLarge,
    )

    @extend_schema(
        operation_id="refund_coupon_bill",
        summary="用券账单退货",
        request=CouponRefundIn,
        responses={201: CouponRefundOut},
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(CouponRefundIn)
        bill = bill_of_store(self.till.store(request_data["store"]).pk, request_data["bill_no"])
        refund = services.refund_bill(
            bill=bill,
            goods=ReturnedGoods(
                request_data["refund_no"], request_data["goods_fen"], lines_of(request_data)
            ),
            actor=self.till.actor,
            key=self.key("refund_coupon_bill", **request_data),
        )
        return Response(rendered(CouponRefundOut, refund), status.HTTP_201_CREATED)


class CouponRefundPreviews(TillView):
    """POST /api/v1/till/coupons/refunds/preview: what a refund would come to; nothing happens by it."""

    keyed = False
    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        kernel.NotFound,
        errors.RefundTooLarge,
    )

    @extend_schema(
        operation_id="preview_coupon_refund",
        summary="用券账单退货试算",
        request=CouponRefundPreviewIn,
        responses=CouponRefundPreviewOut,
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(CouponRefundPreviewIn)
        bill = bill_of_store(self.till.store(request_data["store"]).pk, request_data["bill_no"])
        goods = ReturnedGoods("preview", request_data["goods_fen"], lines_of(request_data))
        preview = services.preview_bill_refund(bill=bill, goods=goods)
        return Response(rendered(CouponRefundPreviewOut, preview))


class HandOuts(TillView):
    """POST /api/v1/till/coupons: the clerk gives the member at the counter a coupon."""

    refusals = (
        *_AT_A_STORE,
        *_OF_A_VISIT,
        kernel.NotFound,
        errors.BudgetUsedUp,
        errors.ClaimBusy,
        errors.DailyClaimLimitReached,
        errors.ClaimLimitReached,
        errors.ClaimNotBegun,
        errors.ClaimOver,
        errors.CouponSoldOut,
        errors.CouponSoldOutToday,
        errors.NotClaimable,
    )

    @extend_schema(
        operation_id="hand_out_coupon",
        summary="店员发券",
        request=HandOutIn,
        responses={201: CouponOut},
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(HandOutIn)
        store = self.till.alliance_store(request_data["store"])
        version = public_version(request_data["version"])
        visit = visit_at(visit_token=request_data.pop("visit"), till=self.till, store=store)
        coupon = services.hand_out_coupon(
            version=version,
            visit=visit,
            actor=self.till.actor,
            key=self.key("hand_out_coupon", member=visit.member_id, **request_data),
        )
        return Response(rendered(CouponOut, WalletCoupon(coupon, version)), status.HTTP_201_CREATED)

"""A coupon in the wallet: shown at the counter, bound to a store, printed, given to a friend."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors, services
from coupons.api.schemas import (
    CouponCodeOut,
    CouponOut,
    GiftIn,
    GiftOut,
    LeaseIn,
    PaperOut,
    rendered,
)
from coupons.api.shopper import key_of
from coupons.queries.wallet import coupon_of, wallet_coupon
from district.kernel import clock
from district.kernel import errors as kernel
from district.members.api.base import ShopperView
from district.merchants.queries import directory


class CouponCodes(ShopperView):
    """POST /api/v1/me/coupons/{coupon}/code: what to show at the counter, good for half a minute."""

    keyed = False
    refusals = (*ShopperView.refusals, kernel.NotFound, errors.CouponNotUsable)

    @extend_schema(
        operation_id="show_coupon",
        summary="出示动态码",
        request=None,
        responses=CouponCodeOut,
        tags=["coupons"],
    )
    def post(self, request: Request, coupon: str) -> Response:
        coupon_code = services.show_coupon(coupon=coupon_of(self.member, coupon))
        return Response(rendered(CouponCodeOut, coupon_code))


class CouponLeases(ShopperView):
    """POST /api/v1/me/coupons/{coupon}/lease: bind the coupon to one store, for a place without a network.

    Until the lease ends it can be used nowhere else, and there by one code that needs no network.
    """

    refusals = (*ShopperView.refusals, kernel.NotFound, errors.NotLeasable)

    @extend_schema(
        operation_id="lease_coupon",
        summary="锁定门店",
        request=LeaseIn,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request, coupon: str) -> Response:
        held = coupon_of(self.member, coupon)
        request_data = self.request_data(LeaseIn)
        leased = services.lease_coupon(
            coupon=held,
            store=directory.store(request_data["store"], clock.now()),
            hours=request_data["hours"],
            key=key_of(self, "coupon_lease", coupon=coupon, **request_data),
        )
        held = coupon_of(self.member, leased.public_id)
        return Response(rendered(CouponOut, wallet_coupon(held)), status.HTTP_201_CREATED)


class ExchangeReversals(ShopperView):
    """POST /api/v1/me/coupons/{coupon}/exchange/reversal: an unused coupon goes, its points come back.

    Possible until the coupon's `exchange_undo_until`; the statement has a line for the points.
    """

    refusals = (*ShopperView.refusals, kernel.NotFound, errors.ExchangeNotUndoable)

    @extend_schema(
        operation_id="undo_exchange",
        summary="退回积分兑换",
        request=None,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request, coupon: str) -> Response:
        held = coupon_of(self.member, coupon)
        undone = services.undo_exchange(
            coupon=held, member=self.member, key=key_of(self, "coupon_undo_exchange", coupon=coupon)
        )
        held = coupon_of(self.member, undone.public_id)
        return Response(rendered(CouponOut, wallet_coupon(held)), status.HTTP_201_CREATED)


class PaperCodes(ShopperView):
    """POST /api/v1/me/coupons/{coupon}/paper: a number and PIN for whoever cannot show a phone."""

    keyed = False
    refusals = (*ShopperView.refusals, kernel.NotFound, errors.CouponNotUsable)

    @extend_schema(
        operation_id="print_coupon",
        summary="打印券码",
        request=None,
        responses=PaperOut,
        tags=["coupons"],
    )
    def post(self, request: Request, coupon: str) -> Response:
        printed = services.print_coupon(coupon=coupon_of(self.member, coupon))
        return Response({"code": printed})


class CouponOffers(ShopperView):
    """POST /api/v1/me/coupons/{coupon}/gift: a text that lets a friend take the coupon."""

    keyed = False
    refusals = (*ShopperView.refusals, kernel.NotFound, errors.NotTransferable)

    @extend_schema(
        operation_id="offer_coupon",
        summary="转赠",
        request=None,
        responses=GiftOut,
        tags=["coupons"],
    )
    def post(self, request: Request, coupon: str) -> Response:
        code = services.offer_coupon(coupon=coupon_of(self.member, coupon))
        return Response({"code": code})


class CouponGifts(ShopperView):
    """POST /api/v1/me/coupons/gifts: take what a friend gave."""

    refusals = (
        *ShopperView.refusals,
        errors.NotTransferable,
        kernel.TokenExpired,
        kernel.TokenInvalid,
    )

    @extend_schema(
        operation_id="accept_coupon",
        summary="领取转赠",
        request=GiftIn,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(GiftIn)
        coupon = services.accept_coupon(
            code=request_data["code"],
            member=self.member,
            key=key_of(self, "coupon_gift", **request_data),
        )
        held = coupon_of(self.member, coupon.public_id)
        return Response(rendered(CouponOut, wallet_coupon(held)), status.HTTP_201_CREATED)

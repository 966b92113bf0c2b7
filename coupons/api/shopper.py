"""Coupons on the phone: the centre, the wallet, claims, what became of them."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors, services
from coupons.api.schemas import (
    ClaimIn,
    CouponOut,
    CouponPage,
    UseOut,
    UsePage,
    VersionOut,
    VersionPage,
    rendered,
)
from coupons.models import Coupon, TemplateVersion
from coupons.queries.centre import offered, offered_version, standings, version_to_show
from coupons.queries.redemptions import used_by
from coupons.queries.wallet import GIVEN, STATES, as_given, coupon_of, coupons_of
from district.kernel import clock
from district.kernel import errors as kernel
from district.kernel.api import cursor_page
from district.kernel.idempotency import Key
from district.members.api.base import ShopperView
from loyalty import errors as loyalty

_PAGES = [
    OpenApiParameter("cursor", str, description="`next` of the page before"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
]
_CLAIMED = (
    *ShopperView.refusals,
    kernel.NotFound,
    errors.ClaimBusy,
    errors.ClaimLimitOfTheDayReached,
    errors.ClaimLimitReached,
    errors.ClaimNotBegun,
    errors.ClaimOver,
    errors.CouponSoldOut,
    errors.CouponSoldOutToday,
    errors.NotClaimable,
    errors.NotInAudience,
)


class Centre(ShopperView):
    """GET /api/v1/coupons: what is given out now, what is left of it, and whether I may have it."""

    @extend_schema(
        operation_id="coupon_centre",
        summary="领券中心",
        responses=VersionPage,
        parameters=_PAGES,
        tags=["coupons"],
    )
    def get(self, request: Request) -> Response:
        at = clock.now()

        def stand(page: list[TemplateVersion]) -> None:
            known = standings(page, self.member, at)
            for version in page:
                version.standing = known[version.pk]  # type: ignore[attr-defined]

        return Response(
            cursor_page(
                request,
                offered(at),
                order=["-id"],
                render=lambda version: rendered(VersionOut, version),
                prepare=stand,
            )
        )


class OneVersion(ShopperView):
    """GET /api/v1/coupons/{version}: what a scanned campaign code leads to, and how I stand with it."""

    refusals = (*ShopperView.refusals, kernel.NotFound)

    @extend_schema(
        operation_id="coupon_version", summary="活动详情", responses=VersionOut, tags=["coupons"]
    )
    def get(self, request: Request, version: str) -> Response:
        found, at = version_to_show(version), clock.now()
        found.standing = standings([found], self.member, at)[found.pk]  # type: ignore[attr-defined]
        return Response(rendered(VersionOut, found))


class Wallet(ShopperView):
    """/api/v1/me/coupons: the wallet; a POST claims a coupon."""

    refusals = _CLAIMED

    @extend_schema(
        operation_id="my_coupons",
        summary="我的券包",
        responses=CouponPage,
        parameters=[
            *_PAGES,
            OpenApiParameter(
                "state",
                {"type": "string", "enum": STATES, "default": "live"},
                description="given: those a friend has now, as they were when they were given",
            ),
        ],
        tags=["coupons"],
    )
    def get(self, request: Request) -> Response:
        state = request.query_params.get("state", Coupon.State.LIVE)
        if state not in STATES:
            raise kernel.InvalidRequest(reason=f"state: {', '.join(STATES)}")

        def told(coupon: Coupon) -> Any:
            return rendered(CouponOut, as_given(coupon) if state == GIVEN else coupon)

        order = ["valid_until", "id"] if state == Coupon.State.LIVE else ["-id"]
        return Response(
            cursor_page(
                request, coupons_of(self.member, state, clock.now()), order=order, render=told
            )
        )

    @extend_schema(
        operation_id="claim_coupon",
        summary="领券",
        request=ClaimIn,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(ClaimIn)
        version = offered_version(asked["version"])
        coupon = services.claim_coupon(
            version=version, member=self.member, key=key_of(self, "coupon", **asked)
        )
        return _made(coupon, version)


class Uses(ShopperView):
    """GET /api/v1/me/coupons/redemptions: what I used where, the newest first."""

    @extend_schema(
        operation_id="my_coupon_redemptions",
        summary="用券记录",
        responses=UsePage,
        parameters=_PAGES,
        tags=["coupons"],
    )
    def get(self, request: Request) -> Response:
        return Response(
            cursor_page(
                request,
                used_by(self.member),
                order=["-id"],
                render=lambda used: rendered(UseOut, used),
            )
        )


class Exchanges(ShopperView):
    """POST /api/v1/me/coupons/exchanges: a coupon for points."""

    refusals = (*_CLAIMED, loyalty.AccountFrozen, loyalty.InsufficientPoints)

    @extend_schema(
        operation_id="exchange_coupon",
        summary="积分兑券",
        request=ClaimIn,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request) -> Response:
        asked = self.asked(ClaimIn)
        version = offered_version(asked["version"])
        coupon = services.exchange_coupon(
            version=version, member=self.member, key=key_of(self, "coupon_exchange", **asked)
        )
        return _made(coupon, version)


class OneCoupon(ShopperView):
    """GET /api/v1/me/coupons/{coupon}"""

    refusals = (*ShopperView.refusals, kernel.NotFound)

    @extend_schema(
        operation_id="my_coupon", summary="券详情", responses=CouponOut, tags=["coupons"]
    )
    def get(self, request: Request, coupon: str) -> Response:
        return Response(rendered(CouponOut, coupon_of(self.member, coupon)))


def key_of(view: ShopperView, act: str, **terms: object) -> Key:
    return view.idempotency_key(f"member:{view.member.pk}:{act}", **terms)


def _made(coupon: Coupon, version: TemplateVersion) -> Response:
    coupon.version = version
    return Response(rendered(CouponOut, coupon), status.HTTP_201_CREATED)

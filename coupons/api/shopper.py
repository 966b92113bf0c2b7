"""Coupons on the phone: the catalogue, the wallet, claims, what became of them."""

from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from coupons import errors, services
from coupons.api.schemas import (
    ClaimIn,
    CouponDetailOut,
    CouponOut,
    CouponPage,
    UseOut,
    UsePage,
    VersionOut,
    VersionPage,
    rendered,
)
from coupons.api.schemas_terms import CatalogueQuery, CouponStoresQuery, TermsOfUseOut
from coupons.models import Coupon, TemplateVersion
from coupons.queries.catalogue import (
    availabilities,
    claimable_versions,
    public_version,
    version_with_card,
)
from coupons.queries.redemptions import redemptions_by
from coupons.queries.usable_stores import stores_of, usable_at
from coupons.queries.wallet import (
    GIVEN,
    STATES,
    WalletCoupon,
    as_transferred,
    coupon_of,
    coupons_of,
    wallet_coupon,
)
from coupons.results import CouponResult, VersionSummary
from coupons.terms_of_use import names_of, terms_of_use
from district.kernel import clock
from district.kernel import errors as kernel
from district.kernel.http.api import cursor_page
from district.kernel.idempotency import Key
from district.members.api.base import ShopperView
from district.merchants.api.schemas_directory import StoreOut
from district.merchants.queries import directory
from loyalty import errors as loyalty

Row = TypeVar("Row", bound=Model)

_PAGES = [
    OpenApiParameter("cursor", str, description="`next` of the page before"),
    OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
]
_CLAIM_REFUSALS = (
    *ShopperView.refusals,
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
    errors.NotInAudience,
)


StorePage = inline_serializer(
    "CouponStorePage",
    {"results": StoreOut(many=True), "next": serializers.CharField(allow_null=True)},
)


class Catalogue(ShopperView):
    """GET /api/v1/coupons: what is given out now, what is left of it, where and when it can be used,
    and whether I may have it."""

    @extend_schema(
        operation_id="coupon_centre",
        summary="领券中心",
        responses=VersionPage,
        parameters=[CatalogueQuery],
        tags=["coupons"],
    )
    def get(self, request: Request) -> Response:
        at = clock.now()
        rows = narrowed(claimable_versions(at), request, version="", at=at)

        def stand(page: list[TemplateVersion]) -> None:
            known, names = availabilities(page, self.member, at), names_of(page)
            for version in page:
                version.availability = known[version.pk]  # type: ignore[attr-defined]
                version.terms_of_use = terms_of_use(version, names)  # type: ignore[attr-defined]

        return Response(
            cursor_page(
                request,
                rows,
                order=["-id"],
                render=lambda version: rendered(VersionOut, version),
                prepare=stand,
            )
        )


class VersionDetail(ShopperView):
    """GET /api/v1/coupons/{version}: what a scanned campaign code leads to, and how I stand with it."""

    refusals = (*ShopperView.refusals, kernel.NotFound)

    @extend_schema(
        operation_id="coupon_version", summary="活动详情", responses=VersionOut, tags=["coupons"]
    )
    def get(self, request: Request, version: str) -> Response:
        found, at = version_with_card(version), clock.now()
        found.availability = availabilities([found], self.member, at)[found.pk]  # type: ignore[attr-defined]
        found.terms_of_use = terms_of_use(found)  # type: ignore[attr-defined]
        return Response(rendered(VersionOut, found))


class StoresOfVersion(ShopperView):
    """GET /api/v1/coupons/{version}/stores: where it can be used now, in the order of their pinyin."""

    refusals = (*ShopperView.refusals, kernel.NotFound)

    @extend_schema(
        operation_id="coupon_version_stores",
        summary="券的适用门店",
        responses=StorePage,
        parameters=[CouponStoresQuery],
        tags=["coupons"],
    )
    def get(self, request: Request, version: str) -> Response:
        found, wanted = version_with_card(version), query_of(request, CouponStoresQuery)
        rows = stores_of(found, at=clock.now(), **wanted)
        render = StoreOut().to_representation
        return Response(cursor_page(request, rows, order=directory.BY_NAME, render=render))


class Wallet(ShopperView):
    """/api/v1/me/coupons: the wallet; a POST claims a coupon."""

    refusals = _CLAIM_REFUSALS

    @extend_schema(
        operation_id="my_coupons",
        summary="我的券包",
        responses=CouponPage,
        parameters=[
            CatalogueQuery,
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

        def render_coupon(coupon: Coupon) -> Any:
            held = wallet_coupon(coupon)
            return rendered(CouponOut, as_transferred(held) if state == GIVEN else held)

        order = ["valid_until", "id"] if state == Coupon.State.LIVE else ["-id"]
        at = clock.now()
        rows = narrowed(coupons_of(self.member, state, at), request, version="version", at=at)
        return Response(cursor_page(request, rows, order=order, render=render_coupon))

    @extend_schema(
        operation_id="claim_coupon",
        summary="领券",
        request=ClaimIn,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(ClaimIn)
        version = public_version(request_data["version"])
        coupon = services.claim_coupon(
            version=version, member=self.member, key=key_of(self, "coupon", **request_data)
        )
        return _created_response(coupon, version)


class CouponHistory(ShopperView):
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
                redemptions_by(self.member),
                order=["-id"],
                render=lambda used: rendered(UseOut, used),
            )
        )


class Exchanges(ShopperView):
    """POST /api/v1/me/coupons/exchanges: a coupon for points."""

    refusals = (*_CLAIM_REFUSALS, loyalty.AccountFrozen, loyalty.InsufficientPoints)

    @extend_schema(
        operation_id="exchange_coupon",
        summary="积分兑券",
        request=ClaimIn,
        responses={201: CouponOut},
        tags=["coupons"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(ClaimIn)
        version = public_version(request_data["version"])
        coupon = services.exchange_coupon(
            version=version, member=self.member, key=key_of(self, "coupon_exchange", **request_data)
        )
        return _created_response(coupon, version)


class CouponDetail(ShopperView):
    """GET /api/v1/me/coupons/{coupon}"""

    refusals = (*ShopperView.refusals, kernel.NotFound)

    @extend_schema(
        operation_id="my_coupon", summary="券详情", responses=CouponDetailOut, tags=["coupons"]
    )
    def get(self, request: Request, coupon: str) -> Response:
        held = coupon_of(self.member, coupon)
        terms = rendered(TermsOfUseOut, terms_of_use(held.version))
        return Response(rendered(CouponOut, wallet_coupon(held)) | {"terms": terms})


def query_of(request: Request, form: type[Serializer[Any]]) -> dict[str, Any]:
    """The query parameters but for those of the page. Raises ValidationError."""
    filters = form(data=request.query_params.dict())
    filters.is_valid(raise_exception=True)
    return {
        name: value
        for name, value in filters.validated_data.items()
        if name not in {"cursor", "limit"}
    }


def narrowed(rows: QuerySet[Row], request: Request, *, version: str, at: datetime) -> QuerySet[Row]:
    """The rows that `CatalogueQuery` asks for; `version` is the path to their version. Raises
    ValidationError."""
    request_data = query_of(request, CatalogueQuery)
    if kind := request_data.pop("kind", ""):
        rows = rows.filter(**{f"{version}__kind" if version else "kind": kind})
    return usable_at(rows, version=version, at=at, **request_data)


def key_of(view: ShopperView, act: str, **terms: object) -> Key:
    return view.idempotency_key(f"member:{view.member.pk}:{act}", **terms)


def _created_response(coupon: CouponResult, version: VersionSummary) -> Response:
    return Response(rendered(CouponOut, WalletCoupon(coupon, version)), status.HTTP_201_CREATED)

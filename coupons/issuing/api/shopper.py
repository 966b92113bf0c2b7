"""A third-party code typed on the phone."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from coupons import errors as coupons
from coupons.api.schemas import CouponOut, rendered
from coupons.issuing import services
from coupons.issuing.errors import CodeNotUsable
from coupons.issuing.files import normalised_code
from coupons.queries.wallet import coupon_of, wallet_coupon
from district.kernel.errors import TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.fields import CodeField
from district.kernel.security.crypto import lookup_hash
from district.members.api.base import ShopperView


class CouponCodeIn(serializers.Serializer):
    """A code as it was sold; capitals, width, blanks and hyphens make no difference."""

    code = CodeField(longest=100)


class ImportedCodes(ShopperView):
    """POST /api/v1/me/coupons/codes: the coupon for a code that somebody else sold."""

    refusals = (
        *ShopperView.refusals,
        CodeNotUsable,
        TooManyRequests,
        coupons.BudgetUsedUp,
        coupons.ClaimBusy,
        coupons.ClaimNotBegun,
        coupons.ClaimOver,
        coupons.CouponSoldOut,
        coupons.CouponSoldOutToday,
    )

    @extend_schema(
        operation_id="use_coupon_code",
        summary="券码兑券",
        request=CouponCodeIn,
        responses={201: CouponOut},
        examples=[OpenApiExample("a code", {"code": "MT24-7KQ9-X3PD"}, request_only=True)],
        tags=["coupons"],
    )
    def post(self, request: Request) -> Response:
        code = self.request_data(CouponCodeIn)["code"]
        rate_limits.hit("coupon_code_member", self.member.pk)
        # Only a keyed hash goes into the key: a plain digest of a short code is soon undone.
        key = self.idempotency_key(
            f"member:{self.member.pk}:coupon_code",
            code=lookup_hash("coupon code", normalised_code(code) or code).hex(),
        )
        coupon = services.use_code(code=code, member=self.member, key=key)
        held = coupon_of(self.member, coupon.public_id)
        return Response(rendered(CouponOut, wallet_coupon(held)), status.HTTP_201_CREATED)

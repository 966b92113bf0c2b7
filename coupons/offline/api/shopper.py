"""What went wrong with a shopper's coupons at tills without a network."""

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from coupons.api.schemas import rendered
from coupons.offline.api.schemas import MyConflictOut, MyConflictPage
from coupons.offline.queries import conflicts_of
from district.kernel.http.api import cursor_page
from district.members.api.base import ShopperView


class Conflicts(ShopperView):
    """GET /api/v1/me/coupons/conflicts: told to the holder, who owes nothing for it."""

    @extend_schema(
        operation_id="my_coupon_conflicts",
        summary="离线核销通知",
        responses=MyConflictPage,
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
        tags=["coupons"],
    )
    def get(self, request: Request) -> Response:
        return Response(
            cursor_page(
                request,
                conflicts_of(self.member),
                order=["-id"],
                render=lambda conflict: rendered(MyConflictOut, conflict),
            )
        )

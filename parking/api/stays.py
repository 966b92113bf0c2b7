"""/api/v1/me/parking/stays: a member's stays, and what they cost so far."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.http.api import cached_serializer, cursor_page
from district.members.api.base import ShopperView
from parking.api import examples_stays as examples
from parking.api.schemas_stays import StayOut
from parking.models import Stay
from parking.queries.stays import plate_read, stay_fee, stays_of


class MyStays(ShopperView):
    """The newest first, of plates that are the member's beyond doubt: a plate that was only typed shows nothing."""

    @extend_schema(
        operation_id="my_parking_stays",
        summary="我的停车记录与当前费用",
        tags=["parking"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
        responses=inline_serializer(
            "StayPage",
            {"results": StayOut(many=True), "next": serializers.CharField(allow_null=True)},
        ),
        examples=[OpenApiExample("example", examples.STAY_PAGE, response_only=True)],
    )
    def get(self, request: Request) -> Response:
        now = clock.now()

        def render(stay: Stay) -> Any:
            row = {"stay": stay, "plate": plate_read(stay), "fee": stay_fee(stay, now)}
            return cached_serializer(StayOut).to_representation(row)

        return Response(cursor_page(request, stays_of(self.member), order=["-id"], render=render))

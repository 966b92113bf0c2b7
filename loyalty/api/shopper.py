"""What the mini-program shows a member of their points."""

from dataclasses import asdict

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.api import cursor_page
from district.members.api.base import ShopperView
from loyalty import queries
from loyalty.api.schemas import EntryOut, EntryPage, PointsOut, rendered


class Points(ShopperView):
    """GET /api/v1/me/points: balance and what ends soon."""

    @extend_schema(
        operation_id="my_points", summary="我的积分", responses=PointsOut, tags=["points"]
    )
    def get(self, request: Request) -> Response:
        member = self.member
        answer = asdict(queries.balance_of(member)) | {
            "expiring": queries.expiring_soon(member),
            "activating": queries.activating(member),
        }
        return Response(rendered(PointsOut, answer))


class Entries(ShopperView):
    """GET /api/v1/me/points/entries: the statement, newest first."""

    @extend_schema(
        operation_id="my_points_entries",
        summary="积分明细",
        responses=EntryPage,
        tags=["points"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        lines = queries.statement(self.member)
        return Response(
            cursor_page(
                request, lines, order=["-seq"], render=lambda line: rendered(EntryOut, line)
            )
        )

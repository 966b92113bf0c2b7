"""What the mini-program shows a member of their points."""

from dataclasses import asdict

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.http.api import cursor_page
from district.kernel.text.money import format_yuan
from district.members.api.base import ShopperView
from loyalty import queries
from loyalty.api.schemas import EntryOut, EntryPage, PointsOut, rendered
from loyalty.arithmetic import worth_fen


class Points(ShopperView):
    """GET /api/v1/me/points: balance and what ends soon."""

    @extend_schema(
        operation_id="my_points", summary="我的积分", responses=PointsOut, tags=["points"]
    )
    def get(self, request: Request) -> Response:
        member = self.member
        balance = queries.balance_of(member)
        value = queries.alliance_policy_at(clock.now()).point_value_milli_fen
        worth = worth_fen(balance.available, value_milli_fen=value)
        answer = asdict(balance) | {
            "worth_fen": worth,
            "point_value_milli_fen": value,
            "worth_text": _("可抵 %(yuan)s") % {"yuan": format_yuan(worth)},
            "in_review": queries.points_in_review(member) if balance.pending else 0,
            "expiring": queries.expiring_points(member),
            "activating": queries.activating(member),
        }
        return Response(rendered(PointsOut, answer))


class StatementEntries(ShopperView):
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

"""/api/v1/me/walk-in-cases: complaints that staff entered for somebody who was no member then."""

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from credit.complaints import services as complaints
from credit.complaints.api import examples_contact as examples
from credit.complaints.api.schemas_contact import TakenOverOut, WalkInCaseList, WalkInCaseOut
from credit.complaints.queries.walk_ins import cases_to_take_over
from district.kernel.errors import TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cached_serializer
from district.members.api.base import ShopperView


class MyWalkInCases(ShopperView):
    """GET /api/v1/me/walk-in-cases: what may be taken over, by the phone that the member has verified."""

    @extend_schema(
        operation_id="my_walk_in_cases",
        summary="可接管的代录投诉",
        responses=WalkInCaseList,
        examples=[
            OpenApiExample("example", {"results": [examples.WALK_IN_CASE]}, response_only=True)
        ],
        tags=["complaints"],
    )
    def get(self, request: Request) -> Response:
        serializer = cached_serializer(WalkInCaseOut)
        rows = cases_to_take_over(self.member)
        return Response({"results": [serializer.to_representation(row) for row in rows]})


class TakeOverWalkInCases(ShopperView):
    """POST /api/v1/me/walk-in-cases/take-over: they are the member's from now on; again: none are left."""

    keyed = False
    refusals = (*ShopperView.refusals, TooManyRequests)

    @extend_schema(
        operation_id="take_over_walk_in_cases",
        summary="接管代录投诉",
        request=None,
        responses={200: TakenOverOut},
        examples=[OpenApiExample("example", {"taken": 1}, response_only=True)],
        tags=["complaints"],
    )
    def post(self, request: Request) -> Response:
        rate_limits.hit("take_over_cases_member", self.member.pk)
        return Response({"taken": complaints.take_over_cases(member=self.member)})

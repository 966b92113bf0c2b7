"""Holds at the till, and the member's word on the phone."""

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.kernel.http.api import cursor_page
from district.kernel.idempotency import Key
from district.members.api.base import ShopperView
from district.merchants import errors as merchants
from district.merchants.api.base import TillView
from district.merchants.queries import visit_at
from loyalty import errors, queries, services
from loyalty.api import examples
from loyalty.api.schemas import rendered
from loyalty.api.schemas_holds import CaptureIn, HoldIn, HoldOut, HoldPage
from loyalty.models import Hold

_HELD = OpenApiExample("held", examples.HELD, response_only=True)


class Holds(TillView):
    """POST /api/v1/till/holds: points are set aside for a member at the counter."""

    refusals = (
        *TillView.refusals,
        merchants.StoreNotYours,
        merchants.StoreNotInAlliance,
        merchants.VisitUnknown,
        merchants.VisitElsewhere,
        merchants.VisitOver,
        errors.AccountFrozen,
        errors.AccountMerged,
        errors.HoldNeedsMember,
        errors.HoldTooLong,
        errors.InsufficientPoints,
        errors.RequestAlreadyPosted,
    )

    @extend_schema(
        operation_id="hold_points",
        summary="积分预占",
        request=HoldIn,
        responses={201: HoldOut},
        examples=[OpenApiExample("for an hour", examples.HOLD_IN, request_only=True), _HELD],
        tags=["till"],
    )
    def post(self, request: Request) -> Response:
        request_data = self.request_data(HoldIn)
        store = self.till.alliance_store(request_data["store"])
        visit = visit_at(visit_token=request_data["visit"], till=self.till, store=store)
        # The member, not the token: a till that crashed asks again with a new look-up.
        del request_data["visit"]
        hold = services.hold_points(
            visit=visit,
            points=request_data["points"],
            request_no=request_data["request_no"],
            minutes=request_data["minutes"],
            actor=self.till.actor,
            key=self.key("hold", member=visit.member_id, **request_data),
        )
        return Response(rendered(HoldOut, hold), status.HTTP_201_CREATED)


class HoldDetail(TillView):
    """GET /api/v1/till/holds/{id}: what became of a hold, or of a spending the member must confirm."""

    refusals = (*TillView.refusals, NotFound)

    @extend_schema(
        operation_id="read_hold",
        summary="查询预占",
        responses=HoldOut,
        examples=[_HELD],
        tags=["till"],
    )
    def get(self, request: Request, hold: str) -> Response:
        found = queries.hold_of_merchant(self.till.merchant.pk, hold)
        return Response(rendered(HoldOut, found))


class CaptureHold(TillView):
    """POST /api/v1/till/holds/{id}/capture: some or all of a hold is spent, the rest goes back."""

    refusals = (
        *TillView.refusals,
        NotFound,
        errors.AccountFrozen,
        errors.HoldNotOpen,
        errors.HoldTooSmall,
        errors.HoldWaitsForMember,
    )

    @extend_schema(
        operation_id="capture_hold",
        summary="使用预占的积分",
        request=CaptureIn,
        responses={200: HoldOut},
        examples=[OpenApiExample("forty of sixty", {"points": 40}, request_only=True), _HELD],
        tags=["till"],
    )
    def post(self, request: Request, hold: str) -> Response:
        request_data = self.request_data(CaptureIn)
        found = queries.hold_of_merchant(self.till.merchant.pk, hold)
        captured = services.capture_hold(
            hold=found,
            points=request_data["points"],
            actor=self.till.actor,
            key=self.key("resolve", hold=found.pk, points=request_data["points"]),
        )
        return Response(rendered(HoldOut, captured))


class VoidHoldView(TillView):
    """POST /api/v1/till/holds/{id}/void: a hold's points go back to the member."""

    refusals = (*TillView.refusals, NotFound, errors.HoldNotOpen)

    @extend_schema(
        operation_id="void_hold",
        summary="取消预占",
        request=None,
        responses={200: HoldOut},
        examples=[_HELD],
        tags=["till"],
    )
    def post(self, request: Request, hold: str) -> Response:
        found = queries.hold_of_merchant(self.till.merchant.pk, hold)
        voided = services.void_hold(
            hold=found, actor=self.till.actor, key=self.key("resolve", hold=found.pk)
        )
        return Response(rendered(HoldOut, voided))


class SpendingRequests(ShopperView):
    """GET /api/v1/me/points/requests: spendings the member is or was asked to confirm."""

    @extend_schema(
        operation_id="my_spending_requests",
        summary="待我确认的积分使用",
        responses=HoldPage,
        tags=["points"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        holds = queries.spendings_to_confirm(self.member.pk)
        return Response(
            cursor_page(request, holds, order=["-id"], render=lambda hold: rendered(HoldOut, hold))
        )


class ConfirmSpending(ShopperView):
    """POST /api/v1/me/points/requests/{id}/confirm: the member agrees."""

    refusals = (*ShopperView.refusals, NotFound, errors.AccountFrozen, errors.HoldNotOpen)

    @extend_schema(
        operation_id="confirm_spending",
        summary="确认使用积分",
        request=None,
        responses={200: HoldOut},
        examples=[_HELD],
        tags=["points"],
    )
    def post(self, request: Request, hold: str) -> Response:
        found = queries.hold_of_member(self.member.pk, hold)
        key = _answer_key(self, found, confirmed=True)
        confirmed = services.confirm_spending(hold=found, member=self.member, key=key)
        return Response(rendered(HoldOut, confirmed))


class DeclineSpending(ShopperView):
    """POST /api/v1/me/points/requests/{id}/decline: the member refuses."""

    refusals = (*ShopperView.refusals, NotFound, errors.HoldNotOpen)

    @extend_schema(
        operation_id="decline_spending",
        summary="拒绝使用积分",
        request=None,
        responses={200: HoldOut},
        examples=[_HELD],
        tags=["points"],
    )
    def post(self, request: Request, hold: str) -> Response:
        found = queries.hold_of_member(self.member.pk, hold)
        key = _answer_key(self, found, confirmed=False)
        declined = services.decline_spending(hold=found, member=self.member, key=key)
        return Response(rendered(HoldOut, declined))


def _answer_key(view: ShopperView, hold: Hold, *, confirmed: bool) -> Key:
    scope = f"member:{view.member.pk}:answer_spending"
    return view.idempotency_key(scope, hold=hold.pk, confirmed=confirmed)

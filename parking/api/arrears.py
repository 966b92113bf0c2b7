"""/api/v1/me/parking/arrears: what a member left unpaid, and paying it."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.kernel.http.api import cached_serializer, cursor_page
from district.kernel.http.fields import InstantField
from district.members.api.base import ShopperView
from district.members.errors import AccountClosed
from district.payments.errors import ChannelNotOffered
from parking import arrears_errors
from parking import services as parking
from parking.api import examples_arrears as examples
from parking.api.schemas_stays import CarParkNamedOut
from parking.models import Arrears
from parking.queries.arrears import arrears_of, arrears_of_member
from parking.queries.stays import masked_plate_read


class ArrearsOut(serializers.Serializer[Any]):
    """`order` is paid by `/me/payments/{order}/pay`; the arrears are paid when the money has come."""

    id = serializers.CharField(source="public_id")
    state = serializers.ChoiceField(choices=Arrears.State.choices)
    cause = serializers.ChoiceField(choices=Arrears.Cause.choices)
    amount_fen = serializers.IntegerField()
    stay = serializers.CharField(source="stay.public_id")
    car_park = CarParkNamedOut(source="stay.car_park")
    plate = serializers.SerializerMethodField(help_text="Masked; empty where it was forgotten.")
    entered_at = InstantField(source="stay.entered_at", allow_null=True)
    left_at = InstantField(source="stay.left_at", allow_null=True)
    opened_at = InstantField()
    due_at = InstantField(
        help_text="Paid until then it is in time. After that, no reservations while it is open."
    )
    closed_at = InstantField(allow_null=True)
    order = serializers.CharField(source="order.public_id", allow_null=True, default=None)
    reminded_at = serializers.ListField(
        child=serializers.DateTimeField(), source="reminder_times", help_text="Each reminder."
    )

    def get_plate(self, arrears: Arrears) -> str:
        return masked_plate_read(arrears.stay)


class ArrearsPage(serializers.Serializer[Any]):
    results = ArrearsOut(many=True)
    next = serializers.CharField(allow_null=True)


def _out(arrears: Arrears) -> Any:
    return cached_serializer(ArrearsOut).to_representation(arrears)


class MyArrears(ShopperView):
    """/api/v1/me/parking/arrears: the newest first, also what was paid or written off."""

    @extend_schema(
        operation_id="my_parking_arrears",
        summary="我的停车欠费",
        responses=ArrearsPage,
        examples=[OpenApiExample("example", examples.ARREARS_PAGE, response_only=True)],
        tags=["parking"],
        parameters=[
            OpenApiParameter("cursor", str, description="`next` of the page before"),
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": 100}),
        ],
    )
    def get(self, request: Request) -> Response:
        rows = arrears_of(self.member).prefetch_related("reminders")
        return Response(cursor_page(request, rows, order=["-id"], render=_out))


class PayArrears(ShopperView):
    """POST /api/v1/me/parking/arrears/{arrears}/pay: the order to pay it by; the same one while it is open, so no key."""

    keyed = False
    refusals = (
        *ShopperView.refusals,
        NotFound,
        AccountClosed,
        ChannelNotOffered,
        arrears_errors.ArrearsClosed,
    )

    @extend_schema(
        operation_id="pay_parking_arrears",
        summary="补缴停车费",
        request=None,
        responses={200: ArrearsOut},
        examples=[OpenApiExample("to be paid", examples.ARREARS, response_only=True)],
        tags=["parking"],
    )
    def post(self, request: Request, arrears: str) -> Response:
        found = arrears_of_member(self.member, arrears)
        return Response(_out(parking.pay_arrears(arrears=found)))

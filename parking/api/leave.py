"""/api/v1/parking/feed/leave: whether a car at the way out may leave, asked by an operator's gates."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import NotFound
from district.kernel.http.fields import IdField, PatternField, TextField
from parking import plates
from parking.api import examples_arrears as examples
from parking.api.feed import FeedView
from parking.api.gate_rows import TICKET
from parking.api.row_fields import usual_colour
from parking.models import Vehicle
from parking.models.stays import LONGEST_LANE
from parking.queries.stays import ticket_hash
from parking.queries.vehicles import number_hash
from parking.wechat_parking.leaving import ask_to_leave
from parking.wechat_parking.values import LeaveReason


class LeaveIn(serializers.Serializer[Any]):
    """A car, by the plate as it was read or by its ticket."""

    car_park = IdField("cpk", help_text="One that this feed reports for.")
    plate = TextField(max_length=20, required=False)
    ticket = PatternField(rf"^{TICKET}\Z", required=False)
    colour = serializers.ChoiceField(
        choices=Vehicle.Colour.choices,
        required=False,
        help_text="The usual one of such plates where it is left out.",
    )
    lane = TextField(max_length=LONGEST_LANE, required=False)

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if ("plate" in asked) == ("ticket" in asked):
            raise serializers.ValidationError({"plate": _("车牌与停车票须且只须填写一项。")})
        return asked


class LeaveOut(serializers.Serializer[Any]):
    """`charge_unsure`: ask again in some seconds. `no_stay`: we know of no such car, the lane decides."""

    may_leave = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=[reason.value for reason in LeaveReason])
    due_fen = serializers.IntegerField(help_text="To be paid before it may leave.")
    stay = serializers.CharField(allow_null=True)


class FeedLeave(FeedView):
    """POST /api/v1/parking/feed/leave: what WeChat can be charged for is charged on the way, once however often it is asked.

    Advice only. No barrier waits for it: without an answer a lane decides itself, and what was left unpaid is asked for
    later.
    """

    keyed = False
    refusals = (*FeedView.refusals, NotFound)

    @extend_schema(
        operation_id="ask_to_leave",
        tags=["parking"],
        summary="车辆能否离场",
        request=LeaveIn,
        responses=LeaveOut,
        examples=[
            OpenApiExample("request", examples.LEAVE_IN, request_only=True),
            OpenApiExample("charged after leaving", examples.LEAVE, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(LeaveIn)
        car_park = self.car_park(asked["car_park"])
        found_by, colour = _car(asked)
        answer = ask_to_leave(
            car_park=car_park, found_by=found_by, colour=colour, lane=asked.get("lane", "")
        )
        body = {
            "may_leave": answer.reason.may_leave,
            "reason": answer.reason.value,
            "due_fen": answer.due_fen,
            "stay": answer.stay,
        }
        return Response(LeaveOut(body).data)


def _car(asked: dict[str, Any]) -> tuple[bytes, str]:
    """What finds the car, and the colour of its plate."""
    if "ticket" in asked:
        return ticket_hash(asked["ticket"]), ""
    number = plates.normalise(asked["plate"])
    colour = asked.get("colour") or usual_colour(number)
    return number_hash(number, colour), colour

"""What gates report and hear of cars, and what members hear of their stays."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.http.fields import InstantField
from parking.api.row_reports import (
    RowProblemOut,
    RowReportOut,
    RowResultOut,
    RowsField,
    rows_schema,
)
from parking.api.schemas import FeeLineOut
from parking.models import RefusedGateEvent, Stay, Vehicle
from parking.stays.values import GateEventOutcome

MOST_EVENTS = 200
ROW = (
    "`{event_id, car_park, direction, occurred_at, plate | ticket, colour?, lane?, floor?, zone?}`: the gate "
    "system's own number of the event; a car park's public id; `entry` or `exit`; when the car drove through (RFC 3339 "
    "with an offset), however late it is sent; the plate as it was read, or the ticket of a car without one; where the gate lets cars in."
)


@extend_schema_field(rows_schema(MOST_EVENTS, ROW))
class GateRowsField(RowsField):
    most = MOST_EVENTS
    default_error_messages = {"rows": "请填写 1 至 {most} 条过闸事件的列表。"}


class GateReportIn(serializers.Serializer[Any]):
    """Events of the gates of a feed's car parks, in any order."""

    events = GateRowsField()


class GateRowProblemOut(RowProblemOut):
    """Why an event was not taken, in the words of RFC 9457."""

    code = serializers.ChoiceField(choices=RefusedGateEvent.Reason.choices)


class GateRowResultOut(RowResultOut):
    """What became of a row; `repeated` was taken before."""

    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in GateEventOutcome])
    problem = GateRowProblemOut(allow_null=True)


class GateReportOut(RowReportOut):
    results = GateRowResultOut(many=True)


class CarParkNamedOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    name = serializers.CharField()


class StayFeeOut(serializers.Serializer[Any]):
    """What the stay costs, one that goes on as if it ended now."""

    fee_fen = serializers.IntegerField(source="gross_fen")
    lines = FeeLineOut(many=True, help_text="They sum to the fee.")
    free_until = InstantField(allow_null=True, help_text="Until when leaving costs nothing.")
    next_change_at = InstantField(allow_null=True, help_text="From when on it costs another fee.")
    next_fee_fen = serializers.IntegerField(source="next_gross_fen", allow_null=True)


class StayOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="stay.public_id")
    car_park = CarParkNamedOut(source="stay.car_park")
    plate = serializers.CharField(
        help_text="The ticket of a car without a plate; empty where it was forgotten."
    )
    colour = serializers.ChoiceField(
        source="stay.colour", choices=Vehicle.Colour.choices, allow_blank=True
    )
    state = serializers.ChoiceField(source="stay.state", choices=Stay.State.choices)
    entered_at = InstantField(source="stay.entered_at", allow_null=True)
    left_at = InstantField(source="stay.left_at", allow_null=True)
    fee = StayFeeOut(allow_null=True, help_text="None where entry, exit or tariff is not known.")

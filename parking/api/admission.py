"""/api/v1/parking/feed/admission: whether a car at a gate may come in, asked by an operator's gates."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.http.fields import IdField, InstantField, TextField
from parking import plates
from parking.api import examples_stays as examples
from parking.api.feed import FeedView
from parking.api.row_fields import usual_colour
from parking.models import Vehicle
from parking.queries.admission import admission_of
from parking.reservations.admission import Admission, AdmissionReason


class AdmissionIn(serializers.Serializer[Any]):
    """In the body: addresses are kept in logs, and a plate says who was where."""

    car_park = IdField("cpk", help_text="One that this feed reports for.")
    plate = TextField(max_length=20, help_text="As it was read.")
    colour = serializers.ChoiceField(
        choices=Vehicle.Colour.choices,
        required=False,
        help_text="The usual one of such plates where it is left out.",
    )


class AdmittedReservationOut(serializers.Serializer[Any]):
    """Nothing of whose it is."""

    starts_at = InstantField()
    ends_at = InstantField()
    admitted_from = InstantField()
    late_until = InstantField()
    bay = serializers.CharField(source="bay.number", allow_null=True, default=None)


class AdmissionOut(serializers.Serializer[Any]):
    decision = serializers.ChoiceField(choices=[value.value for value in Admission])
    reason = serializers.ChoiceField(choices=[value.value for value in AdmissionReason])
    reservation = AdmittedReservationOut(
        allow_null=True, help_text="The plate's next one here, also where it is too early for it."
    )


class FeedAdmission(FeedView):
    """POST /api/v1/parking/feed/admission: advice only. No barrier waits for it: without an answer a gate decides itself.

    Nothing is written, so no key is needed.
    """

    keyed = False
    refusals = (*FeedView.refusals, NotFound)

    @extend_schema(
        operation_id="advise_admission",
        tags=["parking"],
        summary="车辆能否入场",
        request=AdmissionIn,
        responses=AdmissionOut,
        examples=[
            OpenApiExample("request", examples.ADMISSION_IN, request_only=True),
            OpenApiExample("example", examples.ADMISSION, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(AdmissionIn)
        car_park = self.car_park(asked["car_park"])
        number = plates.normalise(asked["plate"])
        advice = admission_of(
            car_park,
            number=number,
            colour=asked.get("colour") or usual_colour(number),
            at=clock.now(),
        )
        return Response(AdmissionOut(vars(advice)).data)

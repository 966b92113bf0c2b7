"""/api/v1/me/parking/tickets: a car without a plate is the member's who scans the code of its lane."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.errors import TooManyRequests
from district.kernel.http import rate_limits
from district.kernel.http.api import cached_serializer
from district.kernel.http.fields import InstantField, PatternField
from district.members.api.base import ShopperView
from parking import errors
from parking import services as parking
from parking.api import examples_stays as examples
from parking.api.gate_rows import TICKET


class TicketIn(serializers.Serializer[Any]):
    ticket = PatternField(rf"^{TICKET}\Z", help_text="What the code of the lane says.")


class TicketOut(serializers.Serializer[Any]):
    id = serializers.CharField(source="public_id")
    bound_at = InstantField()


class MyTickets(ShopperView):
    """POST /api/v1/me/parking/tickets: from now on the stay of the ticket is among `GET /me/parking/stays`.

    Scanned twice, the same answer; within ten seconds also where the lane has shown its next code meanwhile, so no
    key is needed. A ticket has one holder for good.
    """

    keyed = False
    refusals = (*ShopperView.refusals, TooManyRequests, errors.TicketTaken)

    @extend_schema(
        operation_id="bind_parking_ticket",
        summary="绑定无牌车停车票",
        request=TicketIn,
        responses=TicketOut,
        examples=[
            OpenApiExample("request", examples.TICKET_IN, request_only=True),
            OpenApiExample("example", examples.TICKET, response_only=True),
        ],
        tags=["parking"],
    )
    def post(self, request: Request) -> Response:
        asked = self.request_data(TicketIn)
        rate_limits.hit("bind_ticket_member", self.member.pk)
        bound = parking.bind_ticket(member=self.member, ticket=asked["ticket"])
        return Response(cached_serializer(TicketOut).to_representation(bound))

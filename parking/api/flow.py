"""/api/v1/parking/feed/car-parks/{id}/flow: cars in, out and present, hour by hour, for an operator's system."""

from datetime import datetime, timedelta
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel import clock
from district.kernel.errors import NotFound
from parking.api import examples_flow as examples
from parking.api.feed import FeedView
from parking.api.public import CAR_PARK_ID, query_parameters
from parking.api.schemas_flow import FlowOut, FlowParameters
from parking.models import CarPark
from parking.queries.flow import flow_of
from parking.stays.flow import total_of


class CarParkFlowView(FeedView):
    """The flow of one of the feed's car parks, live and of the past; events that come late change the hours they are of."""

    refusals = (*FeedView.refusals, NotFound)

    @extend_schema(
        operation_id="car_park_flow",
        tags=["parking"],
        summary="车流量：入场、出场、在场、周转与平均停放时长",
        parameters=[CAR_PARK_ID, FlowParameters],
        responses=FlowOut,
        examples=[OpenApiExample("example", examples.FLOW, response_only=True)],
    )
    def get(self, request: Request, id: str) -> Response:
        asked = query_parameters(request, FlowParameters)
        start, until = _bounds(asked, clock.now())
        found = flow_of(
            CarPark.objects.filter(feed=self.feed, public_id=id), start=start, until=until
        )
        if not found:
            raise NotFound
        (flow,) = found
        return Response(FlowOut({**vars(flow), "total": total_of(flow.hours, flow.capacity)}).data)


def _bounds(asked: dict[str, Any], now: datetime) -> tuple[datetime, datetime]:
    """Whole days, those that are not over until now."""
    span = timedelta(days=asked["days"])
    first = asked.get("first_day") or clock.business_day(now) - span + timedelta(days=1)
    start = clock.start_of_day(first)
    return start, max(start, min(now, clock.start_of_day(first + span)))

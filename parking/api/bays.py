"""/api/v1/parking/feed/bay-events: in which bays cars stand, as an operator's sensors and cameras see it."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from parking import services as parking
from parking.api import examples_locations as examples
from parking.api.feed import FeedView
from parking.api.gate_events import EVENT_DETAILS
from parking.api.row_fields import car_park_of, instant_of, plate_of, text_of
from parking.api.row_reports import read_row, report_document
from parking.api.schemas_locations import BayReportIn, BayReportOut
from parking.models import RefusedGateEvent
from parking.models.locations import LONGEST_BAY
from parking.models.register import LONGEST_FLOOR_NAME, LONGEST_ZONE_NAME
from parking.stays.locations import TAKEN_BAYS, ReportedBay


class BayEvents(FeedView):
    """POST /api/v1/parking/feed/bay-events: bays of the feed's car parks, many at once; of each the latest is kept.

    Every row has a result of its own. A report is known by its bay and its instant: sent again it is `repeated`, and
    one that was measured before the latest is `older` and changes nothing, so no key is needed.
    """

    keyed = False

    @extend_schema(
        operation_id="report_bays",
        tags=["parking"],
        summary="上报车位状态（反向寻车）",
        request=BayReportIn,
        responses=BayReportOut,
        examples=[
            OpenApiExample("report", examples.BAY_REPORT, request_only=True),
            OpenApiExample("results", examples.BAY_RESULTS, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        rows = [read_row(row, bay_in) for row in self.request_data(BayReportIn)["bays"]]
        results = parking.record_bays(feed=self.feed, rows=rows)
        document = report_document(
            results, taken=TAKEN_BAYS, reasons=RefusedGateEvent.Reason, details=EVENT_DETAILS
        )
        return Response(BayReportOut(document).data)


def bay_in(data: dict[str, Any]) -> ReportedBay:
    """Raises ValueError with what is wrong."""
    car_park, bay = car_park_of(data), text_of(data, "bay", LONGEST_BAY).strip()
    if not bay:
        raise ValueError(_("bay 须是车位号。"))
    is_occupied = data.get("occupied")
    if not isinstance(is_occupied, bool):
        raise ValueError(_("occupied 须是 true 或 false。"))
    plate, colour = "", ""
    if data.get("plate") is not None:
        if not is_occupied:
            raise ValueError(_("空车位没有车牌。"))
        plate, colour = plate_of(data)
    return ReportedBay(
        car_park=car_park,
        bay=bay,
        is_occupied=is_occupied,
        measured_at=instant_of(data, "measured_at"),
        floor=text_of(data, "floor", LONGEST_FLOOR_NAME),
        zone=text_of(data, "zone", LONGEST_ZONE_NAME),
        plate=plate,
        colour=colour,
    )

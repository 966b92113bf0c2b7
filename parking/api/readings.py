"""/api/v1/parking/feed/readings: how many cars an operator's system counts."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from district.kernel.database.ids import looks_like
from parking import services as parking
from parking.api import examples
from parking.api.feed import FeedView
from parking.api.row_fields import instant_of
from parking.api.row_reports import read_row, report_document
from parking.api.schemas_feed import ReportIn, ReportOut
from parking.models import RefusedReading
from parking.models.availability import MOST_OCCUPIED
from parking.models.register import MOST_BAYS
from parking.values import TAKEN_READINGS, ReadingOutcome, ReportedReading

_DETAILS = {
    ReadingOutcome.UNKNOWN_POOL: gettext_lazy("请核对编号，并请运营方确认停车场使用此数据源。"),
    ReadingOutcome.FUTURE: gettext_lazy("请校准上报系统的时钟。"),
    ReadingOutcome.OLDER: gettext_lazy("已有更晚的读数。"),
    ReadingOutcome.CONFLICT: gettext_lazy("同一时间的读数已收到，数值不同。"),
}


class FeedReadings(FeedView):
    """POST /api/v1/parking/feed/readings: counts of the feed's pools, many at once.

    Every row has a result of its own, and one that is wrong does not stop the others. A reading is known by its pool
    and its instant: sent again it is `repeated` and nothing else happens, so no key is needed.
    """

    keyed = False

    @extend_schema(
        operation_id="report_readings",
        tags=["parking"],
        summary="上报余位读数",
        request=ReportIn,
        responses=ReportOut,
        examples=[
            OpenApiExample("report", examples.REPORT, request_only=True),
            OpenApiExample("results", examples.REPORT_RESULTS, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        rows = [read_row(row, reading_in) for row in self.request_data(ReportIn)["readings"]]
        results = parking.record_readings(feed=self.feed, rows=rows)
        document = report_document(
            results, taken=TAKEN_READINGS, reasons=RefusedReading.Reason, details=_DETAILS
        )
        return Response(ReportOut(document).data)


def reading_in(row: dict[str, Any]) -> ReportedReading:
    """Raises ValueError with what is wrong."""
    pool, occupied, capacity = row.get("pool"), row.get("occupied"), row.get("capacity")
    if not isinstance(pool, str) or not looks_like("pol", pool):
        raise ValueError(_("pool 须是车位池编号（pol_…）。"))
    if occupied is None or not _is_count(occupied, MOST_OCCUPIED):
        raise ValueError(_("occupied 须是 0 至 {most} 的整数。").format(most=MOST_OCCUPIED))
    if capacity is not None and not _is_count(capacity, MOST_BAYS):
        raise ValueError(_("capacity 须是 0 至 {most} 的整数，或留空。").format(most=MOST_BAYS))
    return ReportedReading(pool, occupied, instant_of(row, "measured_at"), capacity)


def _is_count(value: Any, most: int) -> bool:
    return type(value) is int and 0 <= value <= most

"""/api/v1/parking/feed/gate-events: cars that drove in and out, as an operator's gates read them."""

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from parking import services as parking
from parking.api import examples_stays as examples
from parking.api.feed import FeedView
from parking.api.gate_rows import gate_event_in
from parking.api.row_reports import read_row, report_document
from parking.api.schemas_stays import GateReportIn, GateReportOut
from parking.models import RefusedGateEvent
from parking.stays.values import TAKEN_EVENTS, GateEventOutcome

EVENT_DETAILS = {
    GateEventOutcome.UNKNOWN_CAR_PARK: gettext_lazy(
        "请核对编号，并请运营方确认停车场使用此数据源。"
    ),
    GateEventOutcome.FUTURE: gettext_lazy("请校准上报系统的时钟。"),
    GateEventOutcome.TOO_OLD: gettext_lazy("发生在六十天之前的事件不再接收。"),
    GateEventOutcome.CONFLICT: gettext_lazy("同一编号的事件已收到，内容不同。"),
}


class GateEvents(FeedView):
    """POST /api/v1/parking/feed/gate-events: events of the gates of the feed's car parks, many at once, in any order.

    Every row has a result of its own. An event is known by the feed and `event_id`: sent again it is `repeated` and
    nothing else happens, so no key is needed. No barrier waits for the answer.
    """

    keyed = False

    @extend_schema(
        operation_id="report_gate_events",
        tags=["parking"],
        summary="上报过闸事件",
        request=GateReportIn,
        responses=GateReportOut,
        examples=[
            OpenApiExample("report", examples.GATE_REPORT, request_only=True),
            OpenApiExample("results", examples.GATE_RESULTS, response_only=True),
        ],
    )
    def post(self, request: Request) -> Response:
        rows = [read_row(row, gate_event_in) for row in self.request_data(GateReportIn)["events"]]
        results = parking.record_gate_events(feed=self.feed, rows=rows)
        document = report_document(
            results, taken=TAKEN_EVENTS, reasons=RefusedGateEvent.Reason, details=EVENT_DETAILS
        )
        return Response(GateReportOut(document).data)

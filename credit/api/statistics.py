"""/api/v1/credit/statistics: complaints of the district, its venues and its trades."""

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
)
from rest_framework.request import Request
from rest_framework.response import Response

from credit.api import examples
from credit.api.schemas import DistrictStatisticsOut, StatisticsParameters
from credit.queries.statistics import published_day
from district.kernel.errors import NotFound
from district.kernel.http.api import ApiView, cacheable

_KEPT_SECONDS = 300


class DistrictStatisticsView(ApiView):
    """Figures of twelve months, published once a day; those of a merchant stand in its stores' credit."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="read_credit_statistics",
        tags=["credit"],
        summary="商圈投诉公示数据",
        auth=[],
        parameters=[
            StatisticsParameters,
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="An ETag answered before.",
            ),
            OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304]),
        ],
        responses={
            200: DistrictStatisticsOut,
            304: OpenApiResponse(description="Unchanged since that ETag."),
        },
        examples=[
            OpenApiExample(
                "example", examples.DISTRICT_STATISTICS, response_only=True, status_codes=["200"]
            )
        ],
    )
    def get(self, request: Request) -> Response:
        parameters = StatisticsParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        day = published_day(parameters.validated_data.get("date"))
        return cacheable(request, DistrictStatisticsOut(day).data, seconds=_KEPT_SECONDS)

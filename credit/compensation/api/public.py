"""/api/v1/credit/fund: how large the fund is, and what it has paid."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from credit.compensation.queries.public_figures import fund_figures
from district.kernel.http.api import ApiView


class FundFiguresOut(serializers.Serializer[Any]):
    """Sums in fen. Caps are null before there are terms; then the fund pays nothing."""

    as_of = serializers.DateField()
    held_fen = serializers.IntegerField(help_text="With what is on its way to shoppers.")
    members = serializers.IntegerField(help_text="Merchants in the scheme.")
    case_cap_fen = serializers.IntegerField(allow_null=True)
    year_cap_fen = serializers.IntegerField(
        allow_null=True, help_text="For one merchant in a calendar year."
    )
    year = serializers.IntegerField()
    paid_cases = serializers.IntegerField(help_text="Complaints paid for since 1 January.")
    paid_fen = serializers.IntegerField(help_text="Paid since 1 January.")


EXAMPLE = {
    "as_of": "2026-12-01",
    "held_fen": 45_000,
    "members": 12,
    "case_cap_fen": 10_000,
    "year_cap_fen": 30_000,
    "year": 2026,
    "paid_cases": 1,
    "paid_fen": 6_000,
}


class FundFiguresView(ApiView):
    """The fund's public figures."""

    @extend_schema(
        operation_id="read_compensation_fund",
        tags=["credit"],
        summary="先行赔付基金",
        auth=[],
        responses={200: FundFiguresOut},
        examples=[OpenApiExample("example", EXAMPLE, response_only=True, status_codes=["200"])],
    )
    def get(self, request: Request) -> Response:
        return Response(FundFiguresOut(fund_figures()).data)

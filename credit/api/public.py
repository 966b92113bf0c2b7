"""/api/v1/credit/codes, /stores/{id}/credit: what anybody may know of a merchant's standing."""

from typing import Any

from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    inline_serializer,
)
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from credit.api import examples
from credit.api.schemas import (
    CheckedCodeOut,
    CodeParameters,
    RankedMerchantOut,
    RankingParameters,
    StoreCreditOut,
)
from credit.queries.codes import check_code
from credit.queries.snapshots import ranking
from credit.queries.standing import store_standing
from credit.services import count_scan
from credit.values import CodeStatus
from district.kernel import clock
from district.kernel.database.ids import looks_like
from district.kernel.errors import NotFound
from district.kernel.http.api import ApiView, cacheable, cursor_page

_KEPT_SECONDS = 60


def _identified(name: str, prefix: str) -> OpenApiParameter:
    pattern = {"type": "string", "pattern": f"^{prefix}_[0-9A-Za-z]{{22}}$"}
    return OpenApiParameter(name, pattern, OpenApiParameter.PATH)


class CreditCodeCheck(ApiView):
    """Whether a printed code is good now. The mini-program has no signature: WeChat opened it by our own code."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="check_credit_code",
        tags=["credit"],
        summary="查验诚信码",
        auth=[],
        parameters=[_identified("code", "crc"), CodeParameters],
        responses={200: CheckedCodeOut},
        examples=[
            OpenApiExample(
                "example", examples.CHECKED_CODE, response_only=True, status_codes=["200"]
            )
        ],
    )
    def get(self, request: Request, code: str) -> Response:
        parameters = CodeParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        asked: dict[str, Any] = parameters.validated_data
        checked = check_code(code, version=asked.get("v"), signature=asked.get("s"))
        is_ours = checked.status is not CodeStatus.SIGNATURE_WRONG
        if is_ours:
            count_scan(store_id=checked.code.store_id)
        answer = {
            "status": checked.status,
            "is_signature_right": checked.is_signature_right,
            "checked_at": clock.now(),
            "store": checked.store if is_ours else None,
        }
        return Response(CheckedCodeOut(answer).data)


class StoreCredit(ApiView):
    """The standing of a store's merchant."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="read_store_credit",
        tags=["credit"],
        summary="门店的商户诚信信息",
        auth=[],
        parameters=[
            _identified("store", "str"),
            OpenApiParameter(
                "If-None-Match",
                str,
                OpenApiParameter.HEADER,
                description="An ETag answered before.",
            ),
            OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304]),
        ],
        responses={
            200: StoreCreditOut,
            304: OpenApiResponse(description="Unchanged since that ETag."),
        },
        examples=[
            OpenApiExample(
                "example", examples.STORE_CREDIT, response_only=True, status_codes=["200"]
            )
        ],
    )
    def get(self, request: Request, store: str) -> Response:
        if not looks_like("str", store):
            raise NotFound
        standing = store_standing(store, at=clock.now())
        return cacheable(request, StoreCreditOut(standing).data, seconds=_KEPT_SECONDS)


class CreditRanking(ApiView):
    """Graded merchants of the last night, by the lower end of their interval."""

    @extend_schema(
        operation_id="list_credit_ranking",
        tags=["credit"],
        summary="商户诚信榜",
        auth=[],
        parameters=[RankingParameters],
        responses={
            200: inline_serializer(
                "CreditRankingPage",
                {
                    "results": RankedMerchantOut(many=True),
                    "next": serializers.CharField(allow_null=True),
                },
            )
        },
        examples=[
            OpenApiExample(
                "example",
                {"results": [examples.RANKED_MERCHANT], "next": None},
                response_only=True,
                status_codes=["200"],
            )
        ],
    )
    def get(self, request: Request) -> Response:
        parameters = RankingParameters(data=request.query_params.dict())
        parameters.is_valid(raise_exception=True)
        asked = parameters.validated_data
        rows = ranking(asked.get("venue", ""), asked.get("trade", ""))
        render = RankedMerchantOut().to_representation
        page = cursor_page(request, rows, order=("-rank_key", "-id"), render=render)
        return Response(page)

"""/api/v1/charter: the charter in force, who has pledged to keep it, what merchants put right by themselves."""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, extend_schema, inline_serializer
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from credit.charter.api.schemas import CharterOut, CharterPledgeOut, SelfDisciplineOut
from credit.charter.queries import pledges_in_force, public_self_discipline, published_charters
from district.kernel import clock
from district.kernel.errors import NotFound
from district.kernel.http.api import ApiView, cursor_page
from district.merchants.api import examples
from district.merchants.api.schemas_directory import ListParameters

_CHARTER_ID: Final = "chv_4hTn8VbXq9LwJc3RzKm7Hd"
_CHARTER: Final = {
    "id": _CHARTER_ID,
    "title": "商圈商户联盟诚信公约",
    "text": "第一条 明码标价，不设消费陷阱。",
    "published_at": "2026-01-15T10:00:00+08:00",
}
_PLEDGE: Final = {
    "merchant": examples.MERCHANT,
    "charter": _CHARTER_ID,
    "pledge": "价格写明白，七日内包退换。",
    "signed_at": "2026-01-20T10:00:00+08:00",
    "ends_at": None,
}
_SELF_DISCIPLINE: Final = {
    "merchant": examples.MERCHANT,
    "found_on": "2026-02-10",
    "matter": "部分商品价签未更新。",
    "correction": "已全部更换，并每周自查。",
    "reviewed_at": "2026-02-12T10:00:00+08:00",
}


def _page(name: str, rows: Any) -> Any:
    return inline_serializer(
        name, {"results": rows, "next": serializers.CharField(allow_null=True)}
    )


def _example(value: Any) -> list[OpenApiExample]:
    return [OpenApiExample("example", value, response_only=True, status_codes=["200"])]


class CharterView(ApiView):
    """The version in force."""

    refusals = (NotFound,)

    @extend_schema(
        operation_id="read_charter",
        tags=["credit"],
        summary="联盟公约",
        auth=[],
        responses={200: CharterOut},
        examples=_example(_CHARTER),
    )
    def get(self, request: Request) -> Response:
        charter = published_charters(clock.now()).first()
        if charter is None:
            raise NotFound
        return Response(CharterOut(charter).data)


class CharterPledges(ApiView):
    """Pledges that hold now, the newest first."""

    @extend_schema(
        operation_id="list_charter_pledges",
        tags=["credit"],
        summary="商户的诚信承诺",
        auth=[],
        parameters=[ListParameters],
        responses={200: _page("CharterPledgePage", CharterPledgeOut(many=True))},
        examples=_example({"results": [_PLEDGE], "next": None}),
    )
    def get(self, request: Request) -> Response:
        ListParameters(data=request.query_params.dict()).is_valid(raise_exception=True)
        rows = pledges_in_force(clock.now()).select_related("merchant", "version")
        render = CharterPledgeOut().to_representation
        return Response(cursor_page(request, rows, order=("-id",), render=render))


class SelfDiscipline(ApiView):
    """What merchants found wrong at themselves and put right, as reviewed, the newest first."""

    @extend_schema(
        operation_id="list_self_discipline",
        tags=["credit"],
        summary="商户自律记录",
        auth=[],
        parameters=[ListParameters],
        responses={200: _page("SelfDisciplinePage", SelfDisciplineOut(many=True))},
        examples=_example({"results": [_SELF_DISCIPLINE], "next": None}),
    )
    def get(self, request: Request) -> Response:
        ListParameters(data=request.query_params.dict()).is_valid(raise_exception=True)
        render = SelfDisciplineOut().to_representation
        page = cursor_page(request, public_self_discipline(), order=("-id",), render=render)
        return Response(page)

"""/api/v1/stores, /merchants, /venues, /trades: what anybody may find, kept by caches for a minute."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
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

from district.kernel import clock
from district.kernel.database.ids import looks_like
from district.kernel.errors import NotFound
from district.kernel.http.api import ApiView, cacheable, cursor_page
from district.merchants.api import examples
from district.merchants.api import schemas_directory as schemas
from district.merchants.queries import directory

Row = TypeVar("Row", bound=Model)
Out = type[serializers.Serializer[Any]]


def _described(
    operation_id: str, summary: str, out: Any, example: dict[str, Any], *parameters: Any
) -> Callable[..., Any]:
    """What the OpenAPI file says of a public, cacheable GET."""
    etag = OpenApiParameter("ETag", str, OpenApiParameter.HEADER, response=[200, 304])
    etag_header = OpenApiParameter(
        "If-None-Match", str, OpenApiParameter.HEADER, description="An ETag answered before."
    )
    return extend_schema(
        operation_id=operation_id,
        tags=["directory"],
        summary=summary,
        auth=[],
        parameters=[*parameters, etag_header, etag],
        responses={200: out, 304: OpenApiResponse(description="Unchanged since that ETag.")},
        examples=[OpenApiExample("example", example, response_only=True, status_codes=["200"])],
    )


def _listed(
    name: str,
    summary: str,
    out: Out,
    parameters: type[schemas.ListParameters],
    example: dict[str, Any],
) -> Callable[..., Any]:
    page = inline_serializer(
        f"{name}Page",
        {"results": out(many=True), "next": serializers.CharField(allow_null=True)},
    )
    row = examples.page(example)
    return _described(f"list_{name.lower()}s", summary, page, row, parameters)


def _identified(prefix: str) -> OpenApiParameter:
    pattern = {"type": "string", "pattern": f"^{prefix}_[0-9A-Za-z]{{22}}$"}
    return OpenApiParameter("id", pattern, OpenApiParameter.PATH)


class Venues(ApiView):
    """Malls, streets and complexes, in the order of their pinyin."""

    @_listed("Venue", "场所列表", schemas.VenueOut, schemas.ListParameters, examples.VENUE_DETAIL)
    def get(self, request: Request) -> Response:
        _query_parameters(request, schemas.ListParameters)
        return _page(request, directory.venues(), schemas.VenueOut)


class Trades(ApiView):
    """Lines of business, in the operator's order."""

    @_listed("Trade", "业态列表", schemas.TradeOut, schemas.ListParameters, examples.TRADE)
    def get(self, request: Request) -> Response:
        _query_parameters(request, schemas.ListParameters)
        return _page(request, directory.trades(), schemas.TradeOut, ("sort", "code"))


class Merchants(ApiView):
    """Merchants in the order of their pinyin; found by characters, pinyin or initials."""

    @_listed(
        "Merchant",
        "商户列表与搜索",
        schemas.MerchantOut,
        schemas.MerchantListParameters,
        examples.MERCHANT | {"in_alliance": True},
    )
    def get(self, request: Request) -> Response:
        result = directory.merchants(
            at=clock.now(), **_query_parameters(request, schemas.MerchantListParameters)
        )
        return _page(request, result, schemas.MerchantOut)


class MerchantDetailView(ApiView):
    """A merchant with its open stores."""

    @_described(
        "read_merchant",
        "商户详情",
        schemas.MerchantDetailOut,
        examples.MERCHANT_DETAIL,
        _identified("mrc"),
    )
    def get(self, request: Request, id: str) -> Response:
        result = directory.merchant(_known("mrc", id), clock.now())
        return cacheable(request, schemas.MerchantDetailOut(result).data)


class Stores(ApiView):
    """Open stores in the order of their pinyin; found by their own or their merchant's name."""

    @_listed(
        "Store", "门店列表与搜索", schemas.StoreOut, schemas.StoreListParameters, examples.STORE
    )
    def get(self, request: Request) -> Response:
        parameters, now = _query_parameters(request, schemas.StoreListParameters), clock.now()
        if parameters.pop("open_now"):
            parameters["open_at"] = now
        return _page(request, directory.stores(at=now, **parameters), schemas.StoreOut)


class StoreDetailView(ApiView):
    """A store with its opening hours, also one that has closed."""

    @_described(
        "read_store", "门店详情", schemas.StoreDetailOut, examples.STORE_DETAIL, _identified("str")
    )
    def get(self, request: Request, id: str) -> Response:
        result = directory.store(_known("str", id), clock.now())
        return cacheable(request, schemas.StoreDetailOut(result).data)


def _known(prefix: str, public_id: str) -> str:
    """Raises NotFound for what cannot be an id, before the database sees it."""
    if not looks_like(prefix, public_id):
        raise NotFound
    return public_id


def _query_parameters(request: Request, form: type[schemas.ListParameters]) -> dict[str, Any]:
    # A plain dict: of a QueryDict DRF reads an absent boolean as an unticked box.
    parameters = form(data=request.query_params.dict())
    parameters.is_valid(raise_exception=True)
    values: dict[str, Any] = parameters.validated_data
    for paging in ("limit", "cursor"):
        values.pop(paging, None)
    return values


def _page(
    request: Request, rows: QuerySet[Row], out: Out, order: tuple[str, ...] = directory.BY_NAME
) -> Response:
    render = out().to_representation
    return cacheable(request, cursor_page(request, rows, order=order, render=render))

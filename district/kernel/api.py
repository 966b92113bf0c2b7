"""The base of every API view, and the shapes all lists and cached answers share."""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar, TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from district.kernel.errors import DomainError, InvalidRequest
from district.kernel.idempotency import Key, header_key

Row = TypeVar("Row", bound=Model)
PAGE = 20
LARGEST_PAGE = 100


class OnlyJson(BaseContentNegotiation):
    """JSON whatever the caller says it accepts: there is nothing else to negotiate."""

    def select_parser(self, request: Request, parsers: Sequence[Any]) -> Any:
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self, request: Request, renderers: Sequence[Any], format_suffix: str | None = None
    ) -> Any:
        return renderers[0], renderers[0].media_type


class ApiView(APIView):
    """An endpoint below /api/v1/. `refusals` lists what its verbs may raise, for the OpenAPI file."""

    refusals: ClassVar[tuple[type[DomainError], ...]] = ()
    content_negotiation_class = OnlyJson
    metadata_class = None
    # What one person may read must never be kept by a cache; public views say otherwise.
    cache_control = "no-store"

    def asked(self, form: type[Serializer]) -> dict[str, Any]:
        """What the caller asks for, in the shape of `form`. Raises ValidationError."""
        given = form(data=self.request.data)
        given.is_valid(raise_exception=True)
        asked: dict[str, Any] = given.validated_data
        return asked

    def idempotency_key(self, scope: str, **terms: Any) -> Key:
        """The caller's key for this act. Raises KeyMissing."""
        return Key.of(scope, header_key(self.request), **terms)

    def finalize_response(
        self, request: Request, response: HttpResponse, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", self.cache_control)
        return answer


def cacheable(request: Request, data: Any, *, seconds: int = 60) -> Response:
    """A public answer with an ETag of its content; 304 when the caller holds it already."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={seconds}"}
    held = [mark.strip().removeprefix("W/") for mark in request.headers.get("If-None-Match", "").split(",")]
    if etag in held or "*" in held:
        return Response(status=304, headers=headers)
    return Response(data, headers=headers)


def cursor_page(
    request: Request,
    rows: QuerySet[Row],
    *,
    order: Sequence[str],
    render: Callable[[Row], Any],
) -> dict[str, Any]:
    """`{results, next}` in the given order, which must end in a unique field (`-` for descending).

    The cursor holds the last row's values, so pages stay right while rows are added.
    Raises InvalidRequest for a cursor or a limit that is not ours.
    """
    size = _page_size(request)
    names = [name.removeprefix("-") for name in order]
    if text := request.query_params.get("cursor"):
        rows = rows.filter(_after(rows, order, _read_cursor(text, len(names))))
    page = list(rows.order_by(*order)[: size + 1])
    following = None
    if len(page) > size:
        page.pop()
        following = _write_cursor([_value(page[-1], name) for name in names])
    return {"results": [render(row) for row in page], "next": following}


def _page_size(request: Request) -> int:
    text = request.query_params.get("limit", str(PAGE))
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text[:9]) <= LARGEST_PAGE:
        raise InvalidRequest(reason=f"limit：1 至 {LARGEST_PAGE}")
    return int(text)


def _after(rows: QuerySet[Any], order: Sequence[str], values: list[Any]) -> Q:
    """Rows behind the given values: (a > x) or (a = x and b > y) …"""
    condition, equal = Q(), Q()
    for name, value in zip(order, values, strict=True):
        field, side = name.removeprefix("-"), "lt" if name.startswith("-") else "gt"
        typed = _typed(rows.model, field, value)
        condition |= equal & Q(**{f"{field}__{side}": typed})
        equal &= Q(**{field: typed})
    return condition


def _typed(model: type[Model], field: str, value: Any) -> Any:
    try:
        return model._meta.get_field(field).to_python(value)
    except Exception:  # noqa: BLE001 - whatever a forged value does to a field's parser
        raise InvalidRequest(reason="cursor") from None


def _value(row: Model, name: str) -> Any:
    value = getattr(row, name)
    return value.isoformat() if isinstance(value, datetime) else value


def _write_cursor(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def _read_cursor(text: str, length: int) -> list[Any]:
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        raise InvalidRequest(reason="cursor") from None
    plain = isinstance(values, list) and len(values) == length
    if not plain or not all(type(v) is int and abs(v) < 2**63 or _is_text(v) for v in values):
        raise InvalidRequest(reason="cursor")
    return values


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= 300  # noqa: PLR2004

"""The base of every API view, and cached public answers."""

import hashlib
import json
from collections.abc import Iterable
from copy import copy
from functools import cache
from http import HTTPStatus
from typing import Any, ClassVar

from rest_framework.exceptions import MethodNotAllowed, ParseError
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from district.kernel.errors import DomainError
from district.kernel.http.pagination import cursor_page
from district.kernel.http.parsers import NotJson
from district.kernel.http.query_parameters import require_known
from district.kernel.idempotency import Key, header_key

__all__ = ["ApiView", "SingleFormatNegotiation", "cacheable", "cursor_page"]


class SingleFormatNegotiation(BaseContentNegotiation):
    """Each view has one form of answer, whatever the caller says it accepts."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        kind = request.content_type.partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == kind), None)

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, str(renderer.media_type)


class ApiView(APIView):
    """An endpoint below /api/v1/. `refusals` lists what its verbs may raise, for the OpenAPI file."""

    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    refusals: ClassVar[tuple[type[DomainError], ...]] = ()
    content_negotiation_class = SingleFormatNegotiation
    metadata_class = None
    # What a body that is not there at all is answered with.
    unreadable: ClassVar[type[ParseError]] = NotJson
    # What one person may read must never be kept by a cache; public views say otherwise.
    cache_control = "no-store"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Before signing in: which methods exist is no secret, and 401 would send the caller astray.
        if request.method not in self.allowed_methods:
            raise MethodNotAllowed(str(request.method))
        super().initial(request, *args, **kwargs)
        require_known(request, self)

    def request_data(self, form: type[Serializer]) -> dict[str, Any]:
        """What the caller asks for, in the shape of `form`. Raises ParseError, ValidationError."""
        if not self.request.META.get("CONTENT_LENGTH", "").strip("0"):
            raise self.unreadable  # DRF would read it as an empty object
        serializer = copy(cached_serializer(form))
        serializer.initial_data = self.request.data
        serializer.is_valid(raise_exception=True)
        request_data: dict[str, Any] = serializer.validated_data
        return request_data

    def idempotency_key(self, scope: str, **terms: Any) -> Key:
        """The caller's key for this act. Raises KeyMissing."""
        return Key.of(scope, header_key(self.request), **terms)

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        answer = super().finalize_response(request, response, *args, **kwargs)
        answer.headers.setdefault("Cache-Control", self.cache_control)
        return answer


@cache
def cached_serializer(form: type[Serializer]) -> Serializer:
    """A serializer that holds no data, made once: copying all its fields takes longer than using them."""
    serializer = form()
    assert serializer.fields is serializer.fields  # from here on they are shared by its copies
    return serializer


def cacheable(request: Request, data: Any, *, seconds: int = 60) -> Response:
    """A public answer with an ETag of its content; 304 when the caller holds it already."""
    text = json.dumps(data, ensure_ascii=False, sort_keys=True, default=str)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": f"public, max-age={seconds}"}
    marks = request.headers.get("If-None-Match", "").split(",")
    etags = [mark.strip().removeprefix("W/") for mark in marks]
    if etag in etags or "*" in etags:
        return Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(data, headers=headers)

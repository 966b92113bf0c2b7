"""What the OpenAPI file says of every operation: its problems, its key, its media types."""

from collections import defaultdict
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from district.kernel.errors import KeyMissing, KeyReused, ServiceUnavailable
from district.kernel.http.api import ApiView
from district.kernel.idempotency import LONGEST

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem. Clients switch on `code`; further members are facts of the case.",
    "properties": {
        "type": {"type": "string"},
        "code": {"type": "string"},
        "status": {"type": "integer"},
        "title": {"type": "string"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "field": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
                "required": ["field", "code", "message"],
            },
        },
    },
    "required": ["type", "code", "status", "title"],
}
_STRING = {"type": "string"}
_HEADERS = {
    401: {"WWW-Authenticate": {"schema": _STRING, "description": "what kind of token helps"}},
    405: {"Allow": {"schema": _STRING, "description": "the methods there are"}},
    429: {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds to wait"}},
    503: {"Retry-After": {"schema": {"type": "integer"}, "description": "seconds to wait"}},
}
_FRAMEWORK = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    411: "length_required",
    413: "body_too_large",
    415: "unsupported_media_type",
}
_BODY_STATUSES = frozenset({411, 413, 415})
_WRITES = frozenset({"POST", "PUT", "PATCH"})
_KEY = OpenApiParameter(
    "Idempotency-Key",
    {**_STRING, "minLength": 1, "maxLength": LONGEST, "pattern": "^[!-~]+$"},
    OpenApiParameter.HEADER,
    required=True,
    description="1 to 255 visible ASCII characters; repeating a request with its key gives its "
    "first answer.",
)


class ProblemSchema(AutoSchema):
    """Adds to each operation the refusals its view declares and the idempotency header of writes."""

    view: ApiView  # type: ignore[override]  # every view of ours is one

    def get_override_parameters(self) -> list[Any]:
        return [_KEY] if self._is_keyed() else []

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        for status, codes in sorted(self._problems().items()):
            operation["responses"].setdefault(str(status), _problem_of(status, codes))
        return operation

    def _is_keyed(self) -> bool:
        return self.method in _WRITES and getattr(self.view, "keyed", True)

    def _problems(self) -> dict[int, list[str]]:
        """The codes an operation may refuse with, by status."""
        codes: dict[int, list[str]] = defaultdict(list)
        for status, code in _FRAMEWORK.items():
            if self.method in _WRITES or status not in _BODY_STATUSES:
                codes[status].append(code)
        declared = [ServiceUnavailable, *getattr(self.view, "refusals", ())]
        if self._is_keyed():
            declared += [KeyMissing, KeyReused]
        for refusal in declared:
            codes[refusal.status].append(refusal.code)
        return {status: list(dict.fromkeys(names)) for status, names in codes.items()}


def _problem_of(status: int, codes: list[str]) -> dict[str, Any]:
    """A response whose `code` is one of these."""
    schema = {
        "allOf": [
            {"$ref": "#/components/schemas/Problem"},
            {"properties": {"code": {"enum": codes}, "status": {"const": status}}},
        ]
    }
    response: dict[str, Any] = {
        "description": "、".join(f"`{code}`" for code in codes),
        "content": {"application/problem+json": {"schema": schema}},
    }
    return response | ({"headers": _HEADERS[status]} if status in _HEADERS else {})


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing: the problem component every operation points to."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result

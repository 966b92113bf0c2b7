"""What the OpenAPI file says of every operation: its problems, its key, its media types."""

from collections import defaultdict
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from district.kernel.api import ApiView
from district.kernel.errors import DomainError, KeyMissing, KeyReused, ServiceUnavailable

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
_FRAMEWORK = {
    400: "invalid_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "body_too_large",
    415: "unsupported_media_type",
}
_WITHOUT_BODY = frozenset({413, 415})


class ProblemSchema(AutoSchema):
    """Adds to each operation the refusals its view declares and the idempotency header of writes."""

    view: ApiView

    def get_override_parameters(self) -> list[Any]:
        if self.method not in {"POST", "PUT", "PATCH"} or not getattr(self.view, "keyed", True):
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                str,
                OpenApiParameter.HEADER,
                required=True,
                description="1 to 255 visible ASCII characters; repeating a request with its key "
                "gives its first answer.",
            )
        ]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation is None:
            return None
        writes = self.method in {"POST", "PUT", "PATCH"}
        keyed = writes and getattr(self.view, "keyed", True)
        codes: dict[int, list[str]] = defaultdict(list)
        for status, code in _FRAMEWORK.items():
            if writes or status not in _WITHOUT_BODY:
                codes[status].append(code)
        declared: list[type[DomainError]] = [ServiceUnavailable, *getattr(self.view, "refusals", ())]
        if keyed:
            declared += [KeyMissing, KeyReused]
        for refusal in declared:
            codes[refusal.status].append(refusal.code)
        for status, names in sorted(codes.items()):
            operation["responses"].setdefault(str(status), _problem_of(names))
        return operation


def _problem_of(codes: list[str]) -> dict[str, Any]:
    return {
        "description": "、".join(f"`{code}`" for code in dict.fromkeys(codes)),
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }


def add_problems(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Post-processing: the problem component every operation points to."""
    result.setdefault("components", {}).setdefault("schemas", {})["Problem"] = PROBLEM
    return result

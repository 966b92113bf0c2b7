"""The way out: every error below /api/ is worded as an RFC 9457 problem document."""

import logging
import math
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import Error as DatabaseFailure
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, JsonResponse
from django.utils.translation import gettext, gettext_lazy
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError
from rest_framework.response import Response

from district.kernel.errors import DomainError, ServiceUnavailable

CONTENT_TYPE = "application/problem+json"
# After a failover an old connection may still reach the former primary, which now only reads.
_READ_ONLY = "25006"
logger = logging.getLogger("district.problems")

# Code and Chinese title for what frameworks refuse on their own.
BY_STATUS = {
    400: ("invalid_request", gettext_lazy("请求内容有误")),
    401: ("sign_in_again", gettext_lazy("请重新登录")),
    403: ("not_allowed", gettext_lazy("无权进行此操作")),
    404: ("not_found", gettext_lazy("没有找到")),
    405: ("method_not_allowed", gettext_lazy("不支持此方法")),
    411: ("length_required", gettext_lazy("请注明请求体长度（Content-Length）")),
    413: ("body_too_large", gettext_lazy("请求体过大")),
    415: ("unsupported_media_type", gettext_lazy("请使用接口规定的 Content-Type")),
    429: ("too_many_requests", gettext_lazy("操作过于频繁")),
    500: ("server_error", gettext_lazy("服务出错，已记录")),
    503: ("service_unavailable", gettext_lazy("服务暂时不可用")),
}
_OTHER = ("refused", gettext_lazy("请求被拒绝"))


def document(code: str, status: int, **members: Any) -> dict[str, Any]:
    """The members of a problem; empty ones are left out."""
    problem = {"type": f"tag:smart-district,2026:problem/{code}", "code": code, "status": status}
    return problem | {name: value for name, value in members.items() if value not in ("", None)}


def problem_http(body: dict[str, Any], headers: dict[str, str] | None = None) -> HttpResponse:
    """A problem as a plain Django response, for what is refused before or outside DRF."""
    answer = JsonResponse(
        body,
        status=body["status"],
        headers=headers,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    answer.headers.setdefault("Cache-Control", "no-store")
    answer.headers["Content-Length"] = str(len(answer.content))
    return answer


def document_of_refusal(refusal: DomainError) -> dict[str, Any]:
    return document(
        refusal.code,
        refusal.status,
        title=str(refusal.title),
        detail=refusal.detail,
        **refusal.facts,
    )


def document_of_status(status: int, detail: str = "") -> dict[str, Any]:
    code, title = BY_STATUS.get(status, _OTHER)
    return document(code, status, title=str(title), detail=detail)


def document_of_invalid(detail: Any) -> dict[str, Any]:
    """What is wrong with a form, field by field; `detail` is that of DRF's ValidationError."""
    return document_of_status(400) | {"errors": _field_errors(detail)}


def is_database_unavailable(error: BaseException | None) -> bool:
    """Whether the error says that the database cannot serve now, so that asking again may help."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    cause = error.__cause__ if isinstance(error, DatabaseFailure) else None
    return getattr(cause, "sqlstate", None) == _READ_ONLY


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: word our own errors, translate DRF's and Django's."""
    if is_database_unavailable(exc):
        logger.warning("database unavailable", extra={"error": type(exc).__name__})
        exc = ServiceUnavailable()
    if isinstance(exc, DomainError):
        return _response(document_of_refusal(exc), exc.headers)
    if isinstance(exc, ValidationError):
        return _response(document_of_invalid(exc.detail))
    status, headers = framework_status(exc)
    if status is None:
        return None
    # Only the parser's sentence says more than the title does.
    detail = str(exc.detail) if isinstance(exc, ParseError) else ""
    return _response(document_of_status(status, detail), headers)


def _response(body: dict[str, Any], headers: dict[str, str] | None = None) -> Response:
    return Response(body, body["status"], headers=headers, content_type=CONTENT_TYPE)


def framework_status(exc: BaseException | None) -> tuple[int | None, dict[str, str]]:
    """Status and headers of what DRF and Django refuse; None for an error nobody foresaw."""
    match exc:
        case APIException():
            headers = {}
            if challenge := getattr(exc, "auth_header", None):
                headers["WWW-Authenticate"] = challenge
            if wait := getattr(exc, "wait", None):
                headers["Retry-After"] = str(math.ceil(wait))
            return exc.status_code, headers
        case Http404():
            return 404, {}
        case PermissionDenied():
            return 403, {}
        case RequestDataTooBig():
            return 413, {}
        case SuspiciousOperation():
            return 400, {}
    return None, {}


def _field_errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    """DRF's nested error detail as a flat list of {field, code, message}."""
    if isinstance(detail, ErrorDetail):
        return [{"field": path, "code": str(detail.code), "message": str(detail)}]
    places = detail.items() if isinstance(detail, dict) else enumerate(detail)
    return [
        error
        for place, inner in places
        for error in _field_errors(inner, _nested_path(path, place, inner))
    ]


def _nested_path(path: str, place: str | int, inner: Any) -> str:
    if isinstance(place, str):
        return f"{path}.{place}".lstrip(".")
    # Several errors of one field stand in a list, too.
    return path if isinstance(inner, ErrorDetail) else f"{path}[{place}]"


def page_not_available() -> HttpResponse:
    """For a person at a screen: the database is away."""
    refusal = ServiceUnavailable()
    return HttpResponse(
        f"{refusal.title}。{gettext('请稍后重试。')}",
        status=refusal.status,
        headers=refusal.headers | {"Cache-Control": "no-store"},
        content_type="text/plain; charset=utf-8",
    )

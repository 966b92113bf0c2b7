"""The way out: every error below /api/ leaves as an RFC 9457 problem document."""

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views import defaults
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.response import Response

from district.kernel.errors import DomainError, ServiceUnavailable

CONTENT_TYPE = "application/problem+json"
API_PREFIX = "/api/"
logger = logging.getLogger("district.problems")

# Code and Chinese title for what frameworks refuse on their own.
_BY_STATUS = {
    400: ("invalid_request", "请求内容有误"),
    401: ("sign_in_again", "请重新登录"),
    403: ("not_allowed", "无权进行此操作"),
    404: ("not_found", "没有找到"),
    405: ("method_not_allowed", "不支持此方法"),
    406: ("not_acceptable", "无法提供此格式"),
    413: ("body_too_large", "请求体过大"),
    415: ("unsupported_media_type", "请使用 application/json"),
    429: ("too_many_requests", "操作过于频繁"),
    500: ("server_error", "服务出错，已记录"),
    503: ("service_unavailable", "服务暂时不可用"),
}


def document(code: str, status: int, **members: Any) -> dict[str, Any]:
    """The members of a problem; empty ones are left out."""
    problem = {"type": f"tag:smart-district,2026:problem/{code}", "code": code, "status": status}
    return problem | {name: value for name, value in members.items() if value not in ("", None)}


def problem_http(
    code: str, status: int, *, headers: dict[str, str] | None = None, **members: Any
) -> HttpResponse:
    """A problem as a plain Django response, for what is refused before or outside DRF."""
    return JsonResponse(
        document(code, status, **members),
        status=status,
        headers=headers,
        content_type=CONTENT_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )


def refusal_members(refusal: DomainError) -> dict[str, Any]:
    return {"title": str(refusal.title), "detail": refusal.detail, **refusal.facts}


def problem_response(exc: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's EXCEPTION_HANDLER: word our own errors, translate DRF's and Django's."""
    if isinstance(exc, OperationalError | InterfaceError):
        logger.warning("database unavailable", extra={"error": type(exc).__name__})
        exc = ServiceUnavailable()
    if isinstance(exc, DomainError):
        body = document(exc.code, exc.status, **refusal_members(exc))
        return Response(body, exc.status, headers=exc.headers, content_type=CONTENT_TYPE)
    if isinstance(exc, ValidationError):
        code, title = _BY_STATUS[400]
        body = document(code, 400, title=_(title), errors=_field_errors(exc.detail))
        return Response(body, 400, content_type=CONTENT_TYPE)
    status, headers = _framework_status(exc)
    if status is None:
        return None
    code, title = _BY_STATUS.get(status, ("refused", "请求被拒绝"))
    detail = str(exc.detail) if isinstance(exc, APIException) and status == 400 else ""  # noqa: PLR2004
    body = document(code, status, title=_(title), detail=detail)
    return Response(body, status, headers=headers, content_type=CONTENT_TYPE)


def _framework_status(exc: Exception) -> tuple[int | None, dict[str, str]]:
    match exc:
        case APIException():
            headers = {}
            if challenge := getattr(exc, "auth_header", None):
                headers["WWW-Authenticate"] = challenge
            if wait := getattr(exc, "wait", None):
                headers["Retry-After"] = str(int(wait) + 1)
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
    if isinstance(detail, dict):
        return [
            error
            for name, inner in detail.items()
            for error in _field_errors(inner, f"{path}.{name}".lstrip("."))
        ]
    if isinstance(detail, ErrorDetail):
        return [{"field": path, "code": detail.code, "message": str(detail)}]
    return [
        error
        for place, inner in enumerate(detail)
        for error in _field_errors(
            inner, path if isinstance(inner, ErrorDetail) else f"{path}[{place}]"
        )
    ]


class ProblemMiddleware:
    """Guarantees problems below /api/ also for what never reaches a view, and 503 when the database is gone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API_PREFIX):
            return self._unavailable_or(request)
        if _announced_length(request) > settings.BODY_LIMIT:
            return _framework_problem(413)
        response = self._unavailable_or(request)
        is_problem = response.headers.get("Content-Type", "").startswith(CONTENT_TYPE)
        if response.status_code < HTTPStatus.BAD_REQUEST or is_problem:
            return response
        return _framework_problem(response.status_code)

    def _unavailable_or(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        except (OperationalError, InterfaceError):
            return _unavailable(request)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponseBase | None:
        if isinstance(exc, OperationalError | InterfaceError):
            return _unavailable(request)
        if not request.path_info.startswith(API_PREFIX):
            return None
        status, headers = _framework_status(exc)
        if status is None:
            logger.exception("unexpected error", exc_info=exc)
            status = 500
        return _framework_problem(status, headers)


def _announced_length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _framework_problem(status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    code, title = _BY_STATUS.get(status, ("refused", "请求被拒绝"))
    return problem_http(code, status, headers=headers, title=_(title))


def _unavailable(request: HttpRequest) -> HttpResponse:
    refusal = ServiceUnavailable()
    if request.path_info.startswith(API_PREFIX):
        return problem_http(
            refusal.code, refusal.status, headers=refusal.headers, **refusal_members(refusal)
        )
    return HttpResponse(
        f"{refusal.title}。{_('请稍后重试。')}",
        status=refusal.status,
        headers=refusal.headers,
        content_type="text/plain; charset=utf-8",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    if request.path_info.startswith(API_PREFIX):
        return _framework_problem(404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    if request.path_info.startswith(API_PREFIX):
        return _framework_problem(500)
    return defaults.server_error(request)

"""The outermost guard: below /api everything leaves as a problem, also what never reaches a view."""

import logging
import re
import sys
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views import defaults

from district.kernel.errors import ServiceUnavailable
from district.kernel.http import problems
from district.kernel.plugin import body_limits

# What a refusal made by a framework may still say in its head.
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
logger = logging.getLogger("district.problems")


def is_api(request: HttpRequest) -> bool:
    return request.path_info == "/api" or request.path_info.startswith("/api/")


class ProblemMiddleware:
    """Refuses what no view should see, and words whatever a framework refused in its own way."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return self.get_response(request)
        if status := _unreadable(request):
            return _framework_problem(status)
        response = self.get_response(request)
        is_problem = response.headers.get("Content-Type", "").startswith(problems.CONTENT_TYPE)
        if response.status_code < 300 or response.status_code == 304 or is_problem:  # noqa: PLR2004
            return response
        # Nothing below /api redirects but Django's own redirection to https, which comes too late
        # for a key or a token that was just sent in the clear.
        status = 400 if response.status_code < 400 else response.status_code  # noqa: PLR2004
        kept = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
        return _framework_problem(status, kept)

    def process_exception(self, request: HttpRequest, exc: Exception) -> HttpResponseBase | None:
        if is_api(request) or problems.is_database_unavailable(exc):
            return _answer_to(request, exc)
        return None


def not_found(request: HttpRequest, exception: Exception) -> HttpResponseBase:
    """handler404."""
    if is_api(request):
        return _framework_problem(404)
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponseBase:
    """handler500, which also hears what a middleware raised and no view."""
    error = sys.exc_info()[1]
    answer = _answer_to(request, error) if isinstance(error, Exception) else None
    return answer or defaults.server_error(request)


def _unreadable(request: HttpRequest) -> int | None:
    """The status of a request that must not reach a view, judged by its head alone."""
    if "chunked" in request.headers.get("Transfer-Encoding", "").lower():
        return 411
    limit = max(settings.BODY_LIMIT, _larger_limit(request.path_info))
    if _announced_length(request) > limit:
        return 413
    # PostgreSQL cannot compare a text with NUL, so nothing can be found under such a name.
    if "\0" in request.path_info:
        return 404
    return 400 if "%00" in request.META.get("QUERY_STRING", "") else None


def _larger_limit(path: str) -> int:
    """Of an address that reads its body piece by piece."""
    return max(
        (
            getattr(settings, limit) if isinstance(limit, str) else limit
            for pattern, limit in body_limits().items()
            if re.fullmatch(pattern, path)
        ),
        default=0,
    )


def _announced_length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else 0  # noqa: PLR2004


def _answer_to(request: HttpRequest, error: Exception | None) -> HttpResponseBase | None:
    """The answer to an error that no view answered; None where Django's own pages will do."""
    if problems.is_database_unavailable(error):
        logger.warning("database unavailable", extra={"error": type(error).__name__})
        if not is_api(request):
            return problems.page_not_available()
        refusal = ServiceUnavailable()
        return problems.problem_http(problems.document_of_refusal(refusal), refusal.headers)
    status, headers = problems.framework_status(error)
    if status is None:
        logger.error("unexpected error", exc_info=error)
    return _framework_problem(status or 500, headers) if is_api(request) else None


def _framework_problem(status: int, headers: dict[str, str] | None = None) -> HttpResponse:
    return problems.problem_http(problems.document_of_status(status), headers)

"""The header that moves domain time in replay mode."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from district.kernel import clock
from district.kernel.http.problems import document_of_status, problem_http


class ReplayClockMiddleware:
    """In replay mode a request's header says when it happens; elsewhere the header is ignored."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        header = request.headers.get(clock.REPLAY_HEADER) if settings.REPLAY else None
        if header is None:
            return self.get_response(request)
        at = clock.instant(header)
        if at is None:
            return problem_http(document_of_status(400, clock.REPLAY_HEADER))
        with clock.travel_to(at):
            return self.get_response(request)

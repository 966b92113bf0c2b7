"""Structured logs: one line per request with an id, a duration and no personal data."""

import json
import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_request_id: ContextVar[str] = ContextVar("district_request_id", default="")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "request"}
_GIVEN_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
logger = logging.getLogger("district.request")


def request_id() -> str:
    """The id of the request being answered, empty outside of one."""
    return _request_id.get()


class JsonFormatter(logging.Formatter):
    """A record as one line of JSON; what was passed as `extra` becomes members."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request_id():
            line["request_id"] = request_id()
        line |= {name: value for name, value in vars(record).items() if name not in _STANDARD}
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class TextFormatter(logging.Formatter):
    """A record for a person at a terminal."""

    def format(self, record: logging.LogRecord) -> str:
        extras = " ".join(
            f"{name}={value}" for name, value in vars(record).items() if name not in _STANDARD
        )
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")  # noqa: DTZ006
        text = f"{moment} {record.levelname.lower()} {record.name}: {record.getMessage()} {extras}"
        return text.rstrip() + (
            "\n" + self.formatException(record.exc_info) if record.exc_info else ""
        )


class RequestLogMiddleware:
    """Gives each request an id (or takes the caller's) and logs how it went.

    The route is logged, never the path or the query: those may hold codes and names.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get("X-Request-Id", "")
        mine = given if _GIVEN_ID.fullmatch(given) else secrets.token_hex(8)
        token = _request_id.set(mine)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            match = request.resolver_match
            logger.log(
                logging.ERROR if response.status_code >= 500 else logging.INFO,  # noqa: PLR2004
                "request",
                extra={
                    "method": request.method,
                    "route": match.route if match else None,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                },
            )
            response["X-Request-Id"] = mine
            return response
        finally:
            _request_id.reset(token)

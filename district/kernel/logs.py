"""Structured logs: one line per request with an id, a duration and no personal data."""

import json
import logging
import re
import secrets
import time
import traceback
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, datetime
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase

_request_id: ContextVar[str] = ContextVar("district_request_id", default="")
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_REQUEST_ID = re.compile(r"[0-9A-Za-z_-]{8,64}")
logger = logging.getLogger("district.request")


def request_id() -> str:
    """The id of the request being answered, empty outside of one."""
    return _request_id.get()


def extras(record: logging.LogRecord) -> dict[str, object]:
    """What was passed as `extra`, where it is a plain value: whole objects may hold anything."""
    return {
        name: value
        for name, value in vars(record).items()
        if name not in _STANDARD and isinstance(value, str | int | float | None)
    }


def trace(error: BaseException) -> str:
    """Where an error came from and of which kind, without its message.

    Messages quote what they complain of: a driver the whole row, a parser the text.
    """
    parts = []
    while True:
        parts.append("".join(traceback.format_tb(error.__traceback__)) + _kind(error))
        below = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if below is None:
            return "\ncaused by:\n".join(reversed(parts))
        error = below


def _kind(error: BaseException) -> str:
    text = f"{type(error).__module__}.{type(error).__qualname__}"
    diagnosis = getattr(error, "diag", None)
    if diagnosis is None:
        return text
    return f"{text} {diagnosis.sqlstate} {diagnosis.constraint_name or ''}".rstrip()


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
        line |= {name: value for name, value in extras(record).items() if name not in line}
        if record.exc_info and record.exc_info[1]:
            line["exception"] = trace(record.exc_info[1])
        text = json.dumps(line, ensure_ascii=False)
        return text.encode("utf-8", "backslashreplace").decode()


class TextFormatter(logging.Formatter):
    """A record for a person at a terminal, with the messages of errors; production refuses it."""

    def format(self, record: logging.LogRecord) -> str:
        more = " ".join(f"{name}={value}" for name, value in extras(record).items())
        moment = datetime.fromtimestamp(record.created).strftime("%H:%M:%S")  # noqa: DTZ006
        text = f"{moment} {record.levelname.lower()} {record.name}: {record.getMessage()} {more}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text.rstrip()


class TaskFilter(logging.Filter):
    """Celery's words about a task without what it raised or returned."""

    def filter(self, record: logging.LogRecord) -> bool:
        data = getattr(record, "data", None)
        if isinstance(data, dict) and "name" in data:
            record.task, record.task_id = data["name"], data.get("id")
            record.msg, record.args = "task failed" if record.exc_info else "task done", ()
            if record.levelno < logging.ERROR and record.exc_info:
                record.msg = "task refused"
        return True


class RequestLogMiddleware:
    """Gives each request an id (or takes the caller's) and logs how it went.

    The route is logged, never the path or the query: those may hold codes and names.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request_id = request.headers.get("X-Request-Id", "")
        log_id = request_id if _REQUEST_ID.fullmatch(request_id) else secrets.token_hex(8)
        token = _request_id.set(log_id)
        began = time.perf_counter()
        try:
            response = self.get_response(request)
            broken = response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR
            match = request.resolver_match
            logger.log(
                logging.ERROR if broken else logging.INFO,
                "request",
                extra={
                    "method": request.method,
                    "route": match.route if match else None,
                    "status": response.status_code,
                    "ms": round((time.perf_counter() - began) * 1000, 1),
                },
            )
            response["X-Request-Id"] = log_id
            return response
        finally:
            _request_id.reset(token)

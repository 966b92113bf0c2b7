"""/livez: the process answers. /readyz: it can also do its work, or says why not."""

import hashlib
import logging
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase

from district.kernel import clock
from district.kernel.database import sqlfiles
from district.kernel.models import InboxRow, OutboxRow
from district.kernel.plugin import warning_functions

_LATE = timedelta(minutes=5)
_FRESH = {"Cache-Control": "no-store"}
logger = logging.getLogger("district.health")


class ProbeMiddleware:
    """Answers probes before anything else: they come by address and by http, and fill no log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        probe = _PROBES.get(request.path_info)
        return probe(request) if probe else self.get_response(request)


def livez(request: HttpRequest) -> JsonResponse:
    body = {"status": "alive", "mode": settings.MODE}
    if settings.REPLAY:
        body["database"] = database_fingerprint()
    return JsonResponse(body, headers=_FRESH)


def database_fingerprint() -> str:
    """Which database of which cluster this process works on, so that a replay finds its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_database() || '/' || system_identifier from pg_control_system()"
        )
        return hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()[:32]


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part is right, else 503 with the cause of each part that is not."""
    causes: dict[str, str] = {}
    for name, check in _CHECKS.items():
        try:
            cause = check()
        except Exception as error:  # noqa: BLE001 - a broken part is an answer here, not an accident
            cause = type(error).__name__
        if cause:
            causes[name] = cause
        if "database" in causes:
            break
    if causes:
        logger.warning("not ready", extra={"causes": str(causes)})
    body = {"status": "not ready" if causes else "ready", "causes": causes}
    status = 503 if causes else 200
    return JsonResponse(body | {"warnings": _warnings(causes)}, status=status, headers=_FRESH)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("select 1")
    except Error:
        connection.close()
        return "cannot reach PostgreSQL"
    return ""


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return f"{len(waiting)} not applied: run manage.py setup" if waiting else ""


def _functions() -> str:
    waiting = len(sqlfiles.not_installed())
    return f"{waiting} SQL files not installed: run manage.py setup" if waiting else ""


def _cache() -> str:
    try:
        cache.set("readyz", "1", 10)
        kept = cache.get("readyz") == "1"
    except DatabaseError:
        kept = False
    return "" if kept else "does not keep what it is given: run manage.py setup"


def _warnings(causes: dict[str, str]) -> dict[str, str]:
    """What a person should look at although requests are served."""
    if causes:
        return {}
    before = clock.real_now() - _LATE
    warnings = {}
    events = OutboxRow.objects.filter(delivered_at=None)
    if events.filter(set_aside_at=None, created_at__lt=before).exists():
        warnings["outbox"] = "events wait for more than five minutes: is a Celery worker running?"
    if aside := events.exclude(set_aside_at=None).count():
        warnings["set_aside"] = f"{aside} events were set aside; see the admin"
    notices = InboxRow.objects.filter(handled_at=None)
    if notices.filter(set_aside_at=None, received_at__lt=before).exists():
        warnings["inbox"] = "notices wait for more than five minutes: is a Celery worker running?"
    if aside := notices.exclude(set_aside_at=None).count():
        warnings["inbox_set_aside"] = f"{aside} notices were set aside; see the admin"
    for name, alarm in warning_functions().items():
        try:
            warning = alarm()
        except Exception as error:  # noqa: BLE001 - as with the checks
            warning = type(error).__name__
        if warning:
            warnings[name] = warning
    return warnings


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "functions": _functions,
    "cache": _cache,
}
_PROBES = {"/livez": livez, "/readyz": readyz}

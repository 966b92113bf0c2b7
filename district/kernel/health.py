"""/livez: the process answers. /readyz: it can also do its work, or says why not."""

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse

from district.kernel import clock
from district.kernel.models import OutboxRow

_LATE = timedelta(minutes=5)


def livez(request: HttpRequest) -> JsonResponse:
    body = {"status": "alive", "mode": settings.MODE}
    if settings.REPLAY:
        body["database"] = database_fingerprint()
    return JsonResponse(body)


def database_fingerprint() -> str:
    """Which database of which cluster this process works on, so that a replay finds its own."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select current_database() || '/' || system_identifier from pg_control_system()"
        )
        return hashlib.sha256(cursor.fetchone()[0].encode()).hexdigest()[:32]


def readyz(request: HttpRequest) -> JsonResponse:
    """200 when every part is right, else 503 with the cause of each part that is not."""
    causes = {}
    for name, check in _CHECKS.items():
        try:
            cause = check()
        except Exception as error:  # noqa: BLE001 - a broken part is an answer here, not an accident
            cause = type(error).__name__
        if cause:
            causes[name] = cause
    if "database" in causes:
        causes = {"database": causes["database"]}
    body = {"status": "not ready" if causes else "ready", "causes": causes}
    return JsonResponse(body | {"warnings": _warnings(causes)}, status=503 if causes else 200)


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
    return f"{len(waiting)} migrations not applied" if waiting else ""


def _cache() -> str:
    cache.set("readyz", "1", 10)
    return "" if cache.get("readyz") == "1" else "the cache forgets"


def _warnings(causes: dict[str, str]) -> dict[str, str]:
    """What a person should look at although requests are served."""
    if causes:
        return {}
    waiting = OutboxRow.objects.filter(delivered_at=None)
    late = waiting.filter(set_aside_at=None, created_at__lt=clock.real_now() - _LATE).exists()
    aside = waiting.exclude(set_aside_at=None).count()
    found = {}
    if late:
        found["outbox"] = "events wait for more than five minutes: is a Celery worker running?"
    if aside:
        found["set_aside"] = f"{aside} events were set aside; see the admin"
    return found


_CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "cache": _cache,
}

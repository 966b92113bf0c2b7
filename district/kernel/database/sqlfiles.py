"""Installs the repeatable SQL files of the apps: re-created whenever their text changed."""

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper
from django.db.migrations.executor import MigrationExecutor

# Any fixed number: two processes that set up the same database take turns on it.
_LOCK = 5_318_008


def sql_files() -> Iterator[tuple[str, str]]:
    """Name and text of every `<app>/sql/*.sql`, lower layers first."""
    for config in apps.get_app_configs():
        for path in sorted(Path(config.path, "sql").glob("*.sql")):
            yield f"{config.label}/{path.name}", path.read_text(encoding="utf-8")


def install(using: str = "default") -> list[str]:
    """Re-create the functions whose file differs from what the database holds; their names."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_LOCK])
        waiting = not_installed(using)
        for name, text in waiting.items():
            _drop_functions(cursor, text)
            cursor.execute(text)
            cursor.execute(
                "insert into kernel_sqlfile (name, digest) values (%s, %s)"
                " on conflict (name) do update set digest = excluded.digest",
                [name, _digest(text)],
            )
    return list(waiting)


def _drop_functions(cursor: CursorWrapper, text: str) -> None:
    """`create or replace` changes no result type, and leaves a function with other parameters beside the new."""
    names = re.findall(r"^create or replace function (\w+)", text, re.MULTILINE)
    cursor.execute(
        "select oid::regprocedure::text from pg_proc"
        " where proname = any(%s) and pronamespace = current_schema()::regnamespace",
        [names],
    )
    for (signature,) in cursor.fetchall():
        cursor.execute(f"drop function {signature}")


def not_installed(using: str = "default") -> dict[str, str]:
    """Name and text of the files that differ from what the database holds."""
    with connections[using].cursor() as cursor:
        cursor.execute("select name, digest from kernel_sqlfile")
        installed = dict(cursor.fetchall())
    return {name: text for name, text in sql_files() if installed.get(name) != _digest(text)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def install_after_migrate(using: str, **_: Any) -> None:
    """Runs after a `migrate` that leaves nothing to apply: functions name the tables of every app."""
    if everything_applied(using):
        install(using)


def everything_applied(using: str) -> bool:
    """Whether the database has every migration of the code."""
    executor = MigrationExecutor(connections[using])
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())

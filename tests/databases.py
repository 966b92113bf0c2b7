"""Databases for tests: one migrated template, and clones of it in a tenth of a second."""

import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path

import environ
import psycopg
from django.db import connection, connections
from psycopg import conninfo, sql

from district.embedded.processes import alive
from district.kernel.plugin import district_apps

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE, CLONE = "district_template_", "district_test_"
KEPT_TEMPLATES = 8
LOCK = 7_308_329_001


@dataclass(frozen=True)
class Database:
    """One test's own database, and the environment in which a process uses it."""

    name: str
    url: str
    env: Mapping[str, str]


class Databases:
    """The template and its clones on one server, which `url` may be any database of."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._numbers = count(1)

    def clone(self) -> str:
        """The name of a new database with every migration applied."""
        name = f"{CLONE}{os.getpid()}_{next(self._numbers)}"
        with self._server() as server:
            server.execute("select pg_advisory_lock(%s)", [LOCK])
            self._sweep(server)
            template = self._template(server)
            server.execute(
                _ddl("create database {} template {} strategy file_copy", name, template)
            )
        return name

    def drop(self, name: str) -> None:
        with self._server() as server:
            for patience in range(20, -1, -1):
                try:
                    server.execute(_ddl("drop database if exists {} with (force)", name))
                except psycopg.errors.InsufficientPrivilege:
                    # An autovacuum worker is in it, which only a superuser may send away; it ends soon.
                    if not patience:
                        raise
                    time.sleep(0.25)
                else:
                    return

    def url_of(self, name: str) -> str:
        return conninfo_url(self.url, name)

    def _server(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)

    def _template(self, server: psycopg.Connection) -> str:
        """Made once for this state of the code, by the same command as in production."""
        name = f"{TEMPLATE}{code_fingerprint()}"
        if name not in _databases(server, TEMPLATE):
            building = f"{TEMPLATE}building"
            server.execute(_ddl("drop database if exists {} with (force)", building))
            server.execute(_ddl("create database {}", building))
            subprocess.run(
                [sys.executable, ROOT / "manage.py", "setup", "--no-static", "--verbosity=0"],
                env={**os.environ, "DATABASE_URL": self.url_of(building)},
                check=True,
            )
            server.execute(_ddl("alter database {} rename to {}", building, name))
            server.execute(
                sql.SQL("comment on database {} is {}").format(
                    sql.Identifier(name), sql.Literal(str(time.time_ns()))
                )
            )
        return name

    def _sweep(self, server: psycopg.Connection) -> None:
        """Databases of killed runs of this machine go, and templates of code long gone."""
        if not str(conninfo.conninfo_to_dict(self.url).get("host", "")).startswith("/"):
            return
        for name in _databases(server, CLONE):
            if not alive(int(name.removeprefix(CLONE).split("_")[0])):
                server.execute(_ddl("drop database if exists {} with (force)", name))
        for name in _databases(server, TEMPLATE)[KEPT_TEMPLATES:]:
            server.execute(_ddl("drop database if exists {}", name))


def conninfo_url(url: str, name: str) -> str:
    """The same server, another database."""
    before, _, query = url.partition("?")
    return f"{before.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else "")


@cache
def code_fingerprint() -> str:
    """Changes with anything a migrated database can depend on."""
    digest = hashlib.sha256()
    for folder in [ROOT / "district", *(Path(config.path) for config in district_apps())]:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".sql"}:
                digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@contextmanager
def use_database(url: str) -> Iterator[None]:
    """Django uses that database, in every thread: their connections share one settings dictionary."""
    shared = connections.settings["default"]
    before = dict(shared)
    parsed = environ.Env.db_url_config(url)
    connections.close_all()
    shared |= {key: parsed[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")}
    shared["OPTIONS"] = {**before["OPTIONS"], **parsed.get("OPTIONS", {})}
    assert connection.settings_dict is shared
    try:
        yield
    finally:
        connections.close_all()
        shared |= before


def _databases(server: psycopg.Connection, prefix: str) -> list[str]:
    """The newest first, as far as they say when they were made."""
    found = server.execute(
        "select datname from pg_database where starts_with(datname, %s)"
        " order by coalesce(shobj_description(oid, 'pg_database'), '') desc",
        [prefix],
    )
    return [name for (name,) in found]


def _ddl(text: str, *names: str) -> sql.Composed:
    return sql.SQL(text).format(*(sql.Identifier(name) for name in names))  # type: ignore[arg-type]

"""`demo --reset`: back to an empty database."""

import shutil
from pathlib import Path

import psycopg
from psycopg import conninfo, sql

from district.embedded.errors import EmbeddedError

KEPT = {
    "secrets.json",
    "postgres",
    "log",
    "demo.lock",
    "demo.json",
    "test",
    "durable_test",
    "static",
}


def reset(url: str, folder: Path) -> None:
    """The demo's database is empty, and what lay beside it for the old one is gone. The secrets stay.

    Raises EmbeddedError while anybody else is connected; nothing has changed then.
    """
    name = str(conninfo.conninfo_to_dict(url)["dbname"])
    database = sql.Identifier(name)
    with psycopg.connect(
        conninfo.make_conninfo(url, dbname="postgres"), autocommit=True
    ) as connection:
        try:
            connection.execute(sql.SQL("drop database if exists {}").format(database))
        except psycopg.errors.ObjectInUse as error:
            raise EmbeddedError(
                f"database {name} is in use by another command; end that first."
            ) from error
        connection.execute(sql.SQL("create database {}").format(database))
    for entry in folder.iterdir():
        if entry.name in KEPT:
            continue
        if entry.is_dir():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def server_version(url: str) -> str:
    with psycopg.connect(url) as connection:
        return str(connection.execute("show server_version").fetchone()[0])  # type: ignore[index]

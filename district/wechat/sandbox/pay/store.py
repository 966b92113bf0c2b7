"""What the sandbox remembers: documents by kind and number, in SQLite, in memory or in the state folder."""

import json
import sqlite3
from pathlib import Path
from typing import Any, NamedTuple

FILE = "state.sqlite3"
Document = dict[str, Any]


class DueDocument(NamedTuple):
    """A document whose time has come."""

    kind: str
    key: str
    due: float
    document: Document


class DocumentStore:
    """Used under the sandbox's lock, from any thread."""

    def __init__(self, folder: Path | None) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        path = ":memory:" if folder is None else str(folder / FILE)
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        # A crash of the machine may lose the last seconds: nobody's money.
        self._database.execute("pragma synchronous = off")
        self._database.executescript(
            """
            create table if not exists document (
                number integer primary key, kind text not null, key text not null, due real,
                body text not null, unique (kind, key));
            create index if not exists document_due on document (due) where due is not null;
            """
        )

    def get(self, kind: str, key: str) -> Document | None:
        """The document of that kind and key."""
        row = self._database.execute(
            "select body from document where kind = ? and key = ?", (kind, key)
        ).fetchone()
        return json.loads(row[0]) if row else None

    def put(self, kind: str, key: str, document: Document, *, due: float | None = None) -> None:
        """Keep a document; at `due` something is to be done with it."""
        self._database.execute(
            "insert into document (kind, key, due, body) values (?, ?, ?, ?)"
            " on conflict (kind, key) do update set due = excluded.due, body = excluded.body",
            (kind, key, due, json.dumps(document, ensure_ascii=False)),
        )

    def all(self, kind: str) -> list[Document]:
        """Every document of a kind, the oldest first."""
        rows = self._database.execute(
            "select body from document where kind = ? order by number", (kind,)
        )
        return [json.loads(body) for (body,) in rows]

    def next_due(self) -> DueDocument | None:
        """The document whose time comes first."""
        row = self._database.execute(
            "select kind, key, due, body from document where due is not null"
            " order by due, number limit 1"
        ).fetchone()
        if row is None:
            return None
        kind, key, due, body = row
        return DueDocument(kind, key, due, json.loads(body))

    def clear(self) -> None:
        """Forget everything."""
        self._database.execute("delete from document")

    def close(self) -> None:
        """Let go of the file."""
        self._database.close()

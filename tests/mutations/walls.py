"""Taking walls down: each is a change of the database that removes one protection of an invariant."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Wall:
    """One protection, and the SQL that takes it away."""

    name: str
    removal: tuple[str, ...]

    def take_down(self) -> None:
        with connection.cursor() as cursor:
            for statement in self.removal:
                cursor.execute(statement)


def constraint(table, *names):
    """The table's named constraints, or unique indexes of that name."""
    return tuple(
        f"do $$ begin if exists (select from pg_constraint where conname = '{name}') then"
        f" alter table {table} drop constraint {name}; else drop index {name}; end if; end $$"
        for name in names
    )


def rewritten(file, *changes):
    """A function of a repeatable SQL file with pieces of its text replaced; each must be there."""
    text = (ROOT / file).read_text()
    for before, after in changes:
        assert before in text, f"{file} no longer says {before!r}: the mutation must follow"
        text = text.replace(before, after)
    return (text,)

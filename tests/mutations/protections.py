"""Protections taken away: each is a change of the database that removes one protection of an invariant."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True)
class Protection:
    """One protection, and the SQL that takes it away."""

    name: str
    removal: tuple[str, ...]

    def remove(self) -> None:
        with connection.cursor() as cursor:
            for statement in self.removal:
                cursor.execute(statement)


def drop_constraint(table, *names):
    """The table's named constraints, or unique indexes of that name."""
    return tuple(
        f"do $$ begin if exists (select from pg_constraint where conname = '{name}') then"
        f" alter table {table} drop constraint {name}; else drop index {name}; end if; end $$"
        for name in names
    )


def rewrite_functions(file, *changes):
    """Functions of a repeatable SQL file with pieces of their text replaced; each must be there.

    Only what was changed is made anew: two protections may stand in one file.
    """
    functions = re.split(r"(?m)^(?=create or replace function)", (ROOT / file).read_text())
    changed = list(functions)
    for before, after in changes:
        assert any(before in text for text in functions), (
            f"{file} no longer says {before!r}: the mutation must follow"
        )
        changed = [text.replace(before, after) for text in changed]
    return tuple(new for new, old in zip(changed, functions, strict=True) if new != old)


ONE_CLAIM_OF_A_KEY = Protection(
    "a key is claimed once",
    rewrite_functions(
        "district/kernel/sql/claim.sql", ("if found then return null; end if;", "return null;")
    ),
)

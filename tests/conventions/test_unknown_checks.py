"""No CHECK lets a row pass because a NULL leaves it unknown.

SQL refuses a row only where a condition is false. A condition that says of a column when it is NULL, and compares the
same column elsewhere without saying that it is not NULL there, is unknown for rows that nobody meant to allow:
`(ended_at is null and reason = '') or (ended_at >= began_at and reason <> '')` takes a reason without an end.
"""

from itertools import product
from typing import Any, NamedTuple

import pytest
from django.apps import apps
from django.db.models import CheckConstraint, F, Q
from django.db.models.constants import LOOKUP_SEP
from django.db.models.functions import Coalesce

# Beyond, trying every case takes too long.
MOST_PARTS = 16
TOO_LARGE = {"version_limits_in_bounds"}


class Part(NamedTuple):
    """A comparison of columns, or whether a column is NULL."""

    columns: tuple[str, ...]
    asks_null: bool | None = None


def columns_of(value: Any) -> list[str]:
    if isinstance(value, F):
        return [str(value.name)]  # type: ignore[attr-defined]
    if isinstance(value, (list, tuple)):
        return [name for item in value for name in columns_of(item)]
    # What Coalesce gives is NULL only where its last argument is.
    sources: list[Any] = getattr(value, "get_source_expressions", list)()
    sources = sources[-1:] if isinstance(value, Coalesce) else sources
    return [name for source in sources if source is not None for name in columns_of(source)]


def part_of(leaf: Any) -> Part:
    if not isinstance(leaf, tuple):
        return Part(tuple(columns_of(leaf)))
    left, right = leaf
    column, *rest = left.split(LOOKUP_SEP)
    if right is None or rest == ["isnull"]:
        return Part((column,), asks_null=right is None or right)
    return Part((column, *columns_of(right)))


def leaves_of(node: Any) -> list[Any]:
    if isinstance(node, Q):
        return [leaf for child in node.children for leaf in leaves_of(child)]
    return [node]


def value_of(node: Any, nulls: set[str], truths: dict[str, bool], *, negated: bool) -> bool | None:
    """As SQL reckons it; under NOT, Django asks of each column itself whether it is NULL."""
    if not isinstance(node, Q):
        part = part_of(node)
        if part.asks_null is not None:
            return (part.columns[0] in nulls) == part.asks_null
        if nulls & set(part.columns):
            return False if negated else None
        return truths[repr(node)]
    inside = negated != node.negated
    found = [value_of(child, nulls, truths, negated=inside) for child in node.children]
    decisive = node.connector == Q.OR
    value = decisive if decisive in found else (None if None in found else not decisive)
    return value if value is None or not node.negated else not value


def unknown_cases(condition: Q, nullable: set[str]) -> list[set[str]]:
    """The sets of NULL columns with which a condition can be unknown."""
    leaves = {repr(leaf): part_of(leaf) for leaf in leaves_of(condition)}
    columns = sorted({name for part in leaves.values() for name in part.columns} & nullable)
    comparisons = [name for name, part in leaves.items() if part.asks_null is None]
    if len(columns) + len(comparisons) > MOST_PARTS:
        raise ValueError("too many parts")
    found = []
    for chosen in product([False, True], repeat=len(columns)):
        nulls = {name for name, is_null in zip(columns, chosen, strict=True) if is_null}
        free = [name for name in comparisons if not nulls & set(leaves[name].columns)]
        if any(
            value_of(condition, nulls, dict(zip(free, truth, strict=True)), negated=False) is None
            for truth in product([False, True], repeat=len(free))
        ):
            found.append(nulls)
    return found


def asks_for_null(condition: Q) -> bool:
    return any(part_of(leaf).asks_null is not None for leaf in leaves_of(condition))


def test_no_check_that_speaks_of_null_is_left_unknown_by_one():
    unknown, skipped = {}, set()
    for model in apps.get_models():
        fields = [field for field in model._meta.fields if field.null]
        nullable = {name for field in fields for name in (field.name, field.attname)}
        for constraint in model._meta.constraints:
            if not isinstance(constraint, CheckConstraint):
                continue
            if not isinstance(constraint.condition, Q) or not asks_for_null(constraint.condition):
                continue
            try:
                cases = unknown_cases(constraint.condition, nullable)
            except ValueError:
                skipped.add(constraint.name)
                continue
            if cases:
                unknown[constraint.name] = cases

    assert unknown == {}
    assert skipped <= TOO_LARGE


@pytest.mark.parametrize(
    ("condition", "is_unknown"),
    [
        (Q(ended_at=None, reason="") | Q(ended_at__gte=F("began_at")) & ~Q(reason=""), True),
        (
            Q(ended_at=None, reason="")
            | Q(ended_at__isnull=False, ended_at__gte=F("began_at")) & ~Q(reason=""),
            False,
        ),
        (Q(ended_at=None) | ~Q(ended_at=F("began_at")), False),
        (Q(ended_at=None) | Q(began_at__lt=Coalesce(F("ended_at"), F("began_at"))), False),
    ],
)
def test_the_reader_sees_what_a_null_leaves_open(condition, is_unknown):
    assert bool(unknown_cases(condition, {"ended_at"})) is is_unknown

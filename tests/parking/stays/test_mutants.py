"""The cases of pairing notice each of these mistakes."""

import inspect

import pytest

from parking.stays import pairing
from tests.parking.stays import test_pairing as cases

MUTANTS = [
    ("key=lambda row: (row.at, row.is_entry, row.event_id, row.number)", "key=lambda row: 0"),
    ("(row.at, row.is_entry,", "(row.at, not row.is_entry,"),
    ("seconds=30", "seconds=29"),
    ("seconds=30", "seconds=31"),
    ("not latest.exits and read.at - latest.entries", "read.at - latest.entries"),
    ("bool(latest.exits) and", "False and"),
    ("latest is not None and not latest.exits", "latest is not None"),
    ("latest is not None and _is_same_pass(latest, read)", "False"),
]


def case_rows():
    (mark,) = cases.test_passes_are_paired_the_same_way_in_every_order.pytestmark
    return mark.args[1]


def fails_somewhere(monkeypatch, source):
    module = {"__name__": "mutant"}
    exec(compile(source, "mutant", "exec"), module)
    monkeypatch.setattr(cases, "pair_passes", module["pair_passes"])
    for passes, stays in case_rows():
        try:
            cases.test_passes_are_paired_the_same_way_in_every_order(passes, stays)
        except (AssertionError, IndexError):
            return True
    return False


@pytest.mark.parametrize(("before", "after"), MUTANTS)
def test_a_mistake_is_noticed(monkeypatch, before, after):
    source = inspect.getsource(pairing)
    assert before in source
    assert fails_somewhere(monkeypatch, source.replace(before, after))

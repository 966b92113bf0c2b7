"""The history of a case: sealed event by event, and enough to build the case again."""

import json
from dataclasses import replace

import pytest

from credit.complaints.machine.details import is_salt
from credit.complaints.machine.events import (
    ChainProblem,
    canonical_json,
    chain_problem,
    new_note_salt,
    replayed,
    sealed,
    text_sha256,
)
from credit.complaints.machine.words import CaseState
from tests.credit.complaints.case_steps import (
    PATHS,
    SALT,
    SHOPPER,
    A,
    S,
    in_state,
)


@pytest.mark.parametrize("state", list(PATHS))
def test_replaying_the_events_gives_the_case(state):
    run = in_state(state)

    assert replayed(run.events) == run.case
    assert chain_problem(run.events, run.case.head) is None


def test_events_survive_json():
    """What a table stores and gives back is the same event, and has the same hash."""
    run = in_state(S.CLOSED_RESOLVED)

    again = [replace(row, payload=json.loads(canonical_json(row.payload))) for row in run.events]
    assert again == run.events
    assert replayed(again) == run.case
    assert chain_problem(again, run.case.head) is None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda row: replace(row, reason_code="no_facts"), "hash"),
        (lambda row: replace(row, at=row.at.replace(minute=1)), "hash"),
        (lambda row: replace(row, payload=row.payload | {"person": "officer-2"}), "hash"),
        (lambda row: replace(row, note="另一句话"), "note"),
        (lambda row: replace(row, note="另一句话", note_salt="5a" * 16), "note"),
        (lambda row: replace(row, note_salt="x"), "note"),
        (lambda row: replace(row, prev_hash="f" * 64), "link"),
        (lambda row: replace(row, seq=9), "seq"),
        (lambda row: sealed(replace(row, from_state=CaseState.DECIDED)), "state"),
        (lambda row: sealed(replace(row, at=row.at.replace(year=2025))), "time"),
    ],
)
def test_a_changed_event_is_found_and_named(change, code):
    run = in_state(S.CLOSED_RESOLVED)
    run.events[2] = change(run.events[2])

    assert chain_problem(run.events, run.case.head) == ChainProblem(3, code)


def test_an_event_that_was_sealed_again_breaks_the_one_after_it():
    run = in_state(S.CLOSED_RESOLVED)
    run.events[2] = sealed(replace(run.events[2], reason_code="forged"))

    assert chain_problem(run.events) == ChainProblem(4, "link")


def test_a_missing_event_is_found_in_the_middle_and_at_the_end():
    run = in_state(S.CLOSED_RESOLVED)

    assert chain_problem(run.events[:2] + run.events[3:]) == ChainProblem(3, "seq")
    assert chain_problem(run.events[:-1]) is None
    assert chain_problem(run.events[:-1], run.case.head) == ChainProblem(len(run.events), "head")


def test_a_note_may_be_erased_and_the_chain_holds():
    run = in_state(S.AWAITING_CONFIRMATION).do(A.DENY, SHOPPER, note="只退了一半。")
    erased = [replace(row, note=None, note_salt=None) for row in run.events]
    half_erased = [*run.events[:-1], replace(run.events[-1], note=None)]

    # The digest with the salt that stays would still tell a short note to whoever tries.
    assert chain_problem(half_erased) == ChainProblem(len(run.events), "note")
    assert run.events[-1].note_sha256 == text_sha256(f"{SALT}\n只退了一半。")
    assert new_note_salt() != new_note_salt()
    assert is_salt(new_note_salt())
    assert chain_problem(erased, run.case.head) is None
    assert replayed(erased) == run.case


def test_canonical_json_is_the_designs_and_takes_nothing_ambiguous():
    assert canonical_json({"b": [1, None], "a": "退"}) == '{"a":"退","b":[1,null]}'
    for value in ({"x": 0.1}, {"x": [{"y": 1.0}]}, {1: "x"}):
        with pytest.raises(TypeError):
            canonical_json(value)
    # The vector of the consent chain, which is built in the same way.
    consent = {
        "subject": "S000001",
        "purpose": "marketing_push",
        "action": "grant",
        "notice_version": 3,
        "at": "2026-11-20T10:00:00+08:00",
    }
    given = text_sha256("0" * 64 + "\n" + canonical_json(consent))
    withdrawn = consent | {"action": "withdraw", "at": "2026-11-21T09:00:00+08:00"}
    assert text_sha256(given + "\n" + canonical_json(withdrawn)) == (
        "251fad51d0824831fededbd9f33d33744f5fbfdf1f05888c3e38e7cfac6e4f16"
    )

"""What happened to a case: append-only events, each sealing all before it.

An event's hash is SHA-256 over the hash before, a line feed and the event as canonical JSON. Of the note
only a SHA-256 goes in, so that free text can be erased and the chain still holds. It is taken over a random
salt, a line feed and the note: who has the chain but neither of them cannot find a short note by trying.
"""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from credit.complaints.machine.case import BEGINNING, NEW_CASE, ComplaintCase
from credit.complaints.machine.clocks import ClockChange, instant_text
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from district.documents.json_text import json_text


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """A row of a case's history. `payload` has `row` (of the table), `person`, `details` as the act had them,
    `fields` (what changed in the case) and `clocks` (what changed of them)."""

    seq: int
    actor: CaseActor
    action: CaseAction
    from_state: CaseState
    to_state: CaseState
    reason_code: str
    note: str | None
    # Erased with the note; empty where there is none.
    note_salt: str | None
    note_sha256: str
    payload: Mapping[str, Any]
    policy_version: str
    calendar_version: str
    at: datetime
    prev_hash: str
    hash: str = ""

    @property
    def clock_changes(self) -> list[ClockChange]:
        return [ClockChange.of(document) for document in self.payload["clocks"]]

    def as_document(self) -> dict[str, Any]:
        """What the hash is taken over; the note itself, its salt and the hashes stand beside."""
        return {
            "seq": self.seq,
            "actor": str(self.actor),
            "action": str(self.action),
            "from": str(self.from_state),
            "to": str(self.to_state),
            "reason_code": self.reason_code,
            "note_sha256": self.note_sha256,
            "payload": self.payload,
            "policy_version": self.policy_version,
            "calendar_version": self.calendar_version,
            "at": instant_text(self.at),
        }


@dataclass(frozen=True, slots=True)
class ChainProblem:
    """The first event that is not as it was written, and what is wrong with it."""

    seq: int
    code: str


def canonical_json(value: Any) -> str:
    """Sorted keys, no spaces, UTF-8. Raises TypeError for what JSON spells in more than one way."""
    _refuse_floats(value)
    return json_text(value)


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_note_salt() -> str:
    """For whoever makes an act with a note: another one each time."""
    return secrets.token_hex(16)


def note_digest(note: str, salt: str) -> str:
    """In hex; of no note, that of the empty text."""
    return text_sha256(f"{salt}\n{note}" if note else "")


def note_holds(event: CaseEvent) -> bool:
    """Whether note and salt are as they were sealed, or both are erased."""
    if event.note is None or event.note_salt is None:
        return event.note is event.note_salt
    if not event.note and event.note_salt:
        return False
    return note_digest(event.note, event.note_salt) == event.note_sha256


def event_hash(event: CaseEvent) -> str:
    return text_sha256(event.prev_hash + "\n" + json_text(event.as_document()))


def sealed(event: CaseEvent) -> CaseEvent:
    return replace(event, hash=event_hash(event))


def chain_problem(events: Iterable[CaseEvent], head: str | None = None) -> ChainProblem | None:
    """The first problem of a case's events in their order; `head` is the hash the case itself keeps.

    Codes: `seq` (one is missing, or twice), `link` (does not follow the one before), `hash` (changed),
    `note` (its text changed; one that was erased is none), `state` (begins where the one before did not
    end), `time` (earlier than the one before), `head` (events are missing at the end).
    """
    before, last, state = BEGINNING, 0, CaseState.NEW
    last_at: datetime | None = None
    for event in events:
        checks = {
            "seq": event.seq == last + 1,
            "link": event.prev_hash == before,
            "hash": event.hash == event_hash(event),
            "note": note_holds(event),
            "state": event.from_state == state,
            "time": last_at is None or event.at >= last_at,
        }
        wrong = next((code for code, holds in checks.items() if not holds), None)
        if wrong is not None:
            return ChainProblem(last + 1, wrong)
        before, last, state, last_at = event.hash, event.seq, event.to_state, event.at
    return None if head in (None, before) else ChainProblem(last + 1, "head")


def followed_by(case: ComplaintCase, event: CaseEvent) -> ComplaintCase:
    """The case after an event. Needs no table, no policy and no calendar: what followed stands in the event."""
    return case.with_changes(
        event.payload["fields"],
        (change.clock for change in event.clock_changes),
        state=event.to_state,
        entered_at=case.entered_at if event.to_state == event.from_state else event.at,
        seq=event.seq,
        head=event.hash,
        last_at=event.at,
    )


def replayed(events: Iterable[CaseEvent]) -> ComplaintCase:
    """The case as its events tell it."""
    case = NEW_CASE
    for event in events:
        case = followed_by(case, event)
    return case


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical form: fen, points and days are whole")
    if isinstance(value, Mapping):
        for key, part in value.items():
            if not isinstance(key, str):
                raise TypeError(f"a key that is no text: {key!r}")
            _refuse_floats(part)
    elif isinstance(value, list | tuple):
        for part in value:
            _refuse_floats(part)

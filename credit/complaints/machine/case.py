"""A case as its events left it, and the facts about the world around it that guards read."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple, Self

from credit.complaints.machine.clocks import (
    CaseClock,
    instant_text,
    optional_instant,
    optional_text,
)
from credit.complaints.machine.details import day_of
from credit.complaints.machine.words import (
    CaseAction,
    CaseActor,
    CaseState,
    ClockName,
    RemedyKind,
    ReviewSubject,
    WindowName,
)
from credit.score.values import CaseOutcome, CaseSeverity

BEGINNING = "0" * 64


@dataclass(frozen=True, slots=True)
class CaseRemedy:
    """What the merchant is to do. `due_on` is a day that was agreed; without it, the policy's term runs.

    Its document has these three members and no other: what is agreed in free text stands in the note.
    """

    kind: RemedyKind
    amount_fen: int = 0
    due_on: date | None = None

    def as_document(self) -> dict[str, Any]:
        due_on = self.due_on and self.due_on.isoformat()
        return {"kind": self.kind.value, "amount_fen": self.amount_fen, "due_on": due_on}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Raises ValueError, KeyError, TypeError or AttributeError for what is none."""
        if document.keys() - set(cls.__slots__):
            raise ValueError(document)
        due_on = document.get("due_on")
        return cls(
            RemedyKind(document["kind"]),
            document.get("amount_fen", 0),
            None if due_on is None else day_of(due_on),
        )


@dataclass(frozen=True, slots=True)
class CaseProposal:
    """A remedy that a side offers and the other may accept."""

    side: CaseActor
    remedy: CaseRemedy

    def as_document(self) -> dict[str, Any]:
        return {"side": self.side.value, "remedy": self.remedy.as_document()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls(CaseActor(document["side"]), CaseRemedy.of(document["remedy"]))


@dataclass(frozen=True, slots=True)
class CaseEvaluation:
    """What the shopper says of the handling, 1 to 5 each; `resolved` is yes, partly or no."""

    speed: int
    fairness: int
    result: int
    resolved: str

    def as_document(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls(*(document[name] for name in ("speed", "fairness", "result", "resolved")))


class CaseWindow(NamedTuple):
    """Until when, exclusive, something may still be done to a closed case."""

    name: WindowName
    until: datetime


@dataclass(frozen=True, slots=True)
class CaseAct:
    """What somebody wants to do. `person` is an opaque number; free text stands in `note` alone.

    A note comes with a salt (`events.new_note_salt`), so that nobody can find a short one by its digest.
    """

    action: CaseAction
    actor: CaseActor
    at: datetime
    person: str = ""
    reason_code: str = ""
    note: str = ""
    note_salt: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What guards read of the world at an act's instant, beside the case itself.

    `actor_belongs_to_case` is for sides: the shopper who filed, or a clerk of the case's own store.
    """

    actor_belongs_to_case: bool = True
    open_cases_of_shopper: int = 0
    open_cases_of_purchase: int = 0
    under_charter: bool = False
    in_fund_scheme: bool = False
    fund_cap_fen: int = 0
    master_is_open: bool = True


@dataclass(frozen=True)
class ComplaintCase:
    """A case. Every field comes from its events; `NEW_CASE` is one without any.

    `deciders` are the persons who refused, decided or labelled the case: none of them reviews it.
    `finding` is a decision's result, `outcome` what counts; `refunded_fen` includes what the fund paid.
    `is_repeat`: when it was filed, an earlier complaint of the shopper about the merchant had come to an end that counts.
    """

    state: CaseState = CaseState.NEW
    entered_at: datetime | None = None
    seq: int = 0
    head: str = BEGINNING
    last_at: datetime | None = None

    case_id: str = ""
    category: str = ""
    amount_fen: int = 0
    paid_fen: int | None = None
    is_repeat: bool = False
    submitted_at: datetime | None = None
    accepted_at: datetime | None = None
    closed_at: datetime | None = None
    stance: str = ""
    severity: CaseSeverity = CaseSeverity.ORDINARY
    outcome: CaseOutcome | None = None
    finding: CaseOutcome | None = None
    proposal: CaseProposal | None = None
    remedy: CaseRemedy | None = None
    refunded_fen: int = 0
    fund_paid_fen: int = 0
    remedy_missed: bool = False
    deciders: tuple[str, ...] = ()
    review_subject: ReviewSubject | None = None
    appeals: tuple[str, ...] = ()
    evidence_from: tuple[CaseActor, ...] = ()
    evidence_missed: tuple[CaseActor, ...] = ()
    was_denied: bool = False
    was_reopened: bool = False
    merged_into: str = ""
    evaluation: CaseEvaluation | None = None
    windows: tuple[CaseWindow, ...] = ()
    clocks: tuple[CaseClock, ...] = ()

    @property
    def is_verified(self) -> bool:
        """Whether a real purchase stands behind it."""
        return self.paid_fen is not None

    @property
    def refundable_fen(self) -> int:
        """The most that may still go back: of what was paid, or of what is claimed while that is unknown."""
        paid = self.amount_fen if self.paid_fen is None else self.paid_fen
        return paid - self.refunded_fen

    def clock(self, name: ClockName) -> CaseClock | None:
        """The clock of a name that has not been stopped; of a name there is never more than one."""
        return next((row for row in self.clocks if row.name == name and not row.is_stopped), None)

    def rounds(self, name: ClockName) -> int:
        return sum(row.name == name for row in self.clocks)

    def window(self, name: WindowName) -> datetime | None:
        return next((row.until for row in self.windows if row.name == name), None)

    def with_changes(
        self, fields: Mapping[str, Any], clocks: Iterable[CaseClock], **moved: Any
    ) -> Self:
        """The case with fields read from their JSON form, and clocks as they are now."""
        kept = {(row.name, row.round): row for row in self.clocks}
        kept |= {(row.name, row.round): row for row in clocks}
        read = {name: _LOADERS[name](value) for name, value in fields.items()}
        return replace(self, clocks=tuple(kept.values()), **read, **moved)


NEW_CASE = ComplaintCase()


def field_text(name: str, value: Any) -> Any:
    """A field's JSON form, as events keep it."""
    return _DUMPERS.get(name, _plain)(value)


def _plain(value: Any) -> Any:
    return value


def _or_none(load: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda value: None if value is None else load(value)


def _sides(names: Iterable[str]) -> tuple[CaseActor, ...]:
    return tuple(CaseActor(name) for name in names)


def _windows(rows: Iterable[tuple[str, str]]) -> tuple[CaseWindow, ...]:
    return tuple(CaseWindow(WindowName(name), datetime.fromisoformat(at)) for name, at in rows)


def _document(value: Any) -> Any:
    return None if value is None else value.as_document()


_LOADERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(
        (
            "case_id",
            "category",
            "amount_fen",
            "paid_fen",
            "is_repeat",
            "stance",
            "refunded_fen",
            "fund_paid_fen",
            "remedy_missed",
            "was_denied",
            "was_reopened",
            "merged_into",
        ),
        _plain,
    ),
    **dict.fromkeys(("submitted_at", "accepted_at", "closed_at"), optional_instant),
    "severity": CaseSeverity,
    "outcome": _or_none(CaseOutcome),
    "finding": _or_none(CaseOutcome),
    "review_subject": _or_none(ReviewSubject),
    "proposal": _or_none(CaseProposal.of),
    "remedy": _or_none(CaseRemedy.of),
    "evaluation": _or_none(CaseEvaluation.of),
    "deciders": tuple,
    "appeals": tuple,
    "evidence_from": _sides,
    "evidence_missed": _sides,
    "windows": _windows,
}
_DUMPERS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("submitted_at", "accepted_at", "closed_at"), optional_text),
    **dict.fromkeys(("proposal", "remedy", "evaluation"), _document),
    **dict.fromkeys(("deciders", "appeals", "evidence_from", "evidence_missed"), list),
    "windows": lambda rows: [[row.name.value, instant_text(row.until)] for row in rows],
}

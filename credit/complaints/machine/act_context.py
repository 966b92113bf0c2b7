"""An act, and all that decides it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit.complaints.machine.case import CaseAct, CaseFacts, CaseRemedy, CaseWindow, ComplaintCase
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.words import (
    EVIDENCE_CLOCKS,
    REVIEW_SUBJECTS,
    SIDES,
    CaseActor,
    ReviewSubject,
    TermName,
)
from credit.complaints.machine.working_days import shanghai_day, term_end
from credit.score.values import CaseOutcome


@dataclass(frozen=True)
class ActContext:
    """All that decides an act."""

    case: ComplaintCase
    act: CaseAct
    facts: CaseFacts
    timekeeping: Timekeeping

    @property
    def day(self) -> date:
        return shanghai_day(self.act.at)

    @property
    def remedy(self) -> CaseRemedy | None:
        """The remedy the act names; None where it names none that can be understood."""
        try:
            return CaseRemedy.of(self.act.details["remedy"])
        except (KeyError, TypeError, ValueError, AttributeError):
            return None

    @property
    def sides(self) -> tuple[CaseActor, ...]:
        """The sides an act names, in their order; empty when it names anything else."""
        named = self.act.details.get("sides")
        if not isinstance(named, list) or not all(is_word(side, SIDES) for side in named):
            return ()
        return tuple(side for side in SIDES if side in named)

    @property
    def side(self) -> CaseActor | None:
        """The side that supplies, or whose clock ran out."""
        if self.act.actor is not CaseActor.TIMER:
            return self.act.actor
        name = self.act.details.get("clock")
        return next((side for side, clock in EVIDENCE_CLOCKS.items() if clock == name), None)

    @property
    def is_upheld(self) -> bool:
        return is_word(
            self.act.details.get("finding"), (CaseOutcome.UPHELD, CaseOutcome.PARTLY_UPHELD)
        )

    @property
    def review_subject(self) -> ReviewSubject | None:
        """What an appeal in the case's state is about."""
        return REVIEW_SUBJECTS.get(self.case.state)

    @property
    def windows(self) -> tuple[CaseWindow, ...]:
        """Until when a closed case may be acted on, as the calendar has it now: never earlier, and not beyond an end
        that has come."""
        case, at = self.case, self.act.at
        if case.closed_at is None:
            return ()
        terms = self.timekeeping.policy_at(case.closed_at).terms
        ends = [
            term_end(case.closed_at, terms[TermName(row.name)], self.timekeeping.calendar).due_at
            for row in case.windows
        ]
        return tuple(
            CaseWindow(row.name, max(row.until, end)) if at < row.until else row
            for row, end in zip(case.windows, ends, strict=True)
        )

    @property
    def appeal(self) -> str:
        """A side's appeal by its subject, such as `shopper:decision`: each is made once."""
        return f"{self.act.actor}:{self.review_subject}"


def is_word(value: Any, words: Iterable[str]) -> bool:
    """Whether a value from outside is one of these words."""
    return isinstance(value, str) and value in set(words)

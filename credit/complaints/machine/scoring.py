"""From the end of a case to the merchant's score, in the words of `manage.py score_credit`."""

from dataclasses import dataclass
from datetime import date, datetime

from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.deadlines import breaches
from credit.complaints.machine.words import (
    CLOSED_STATES,
    TIP_OFF_STATES,
    CaseActor,
    CaseState,
    ClockName,
)
from credit.complaints.machine.working_days import shanghai_day
from credit.score.values import CaseOutcome, CaseSeverity, ClosedCase
from credit.statistics import CaseFact

NEVER_COUNTED = frozenset({CaseState.REJECTED, CaseState.MERGED, CaseState.TRANSFERRED})


@dataclass(frozen=True, slots=True)
class ScoredCase:
    """A closed case as an input of the score. `final_on` is the Shanghai day its outcome became final.

    `remedy_missed` caps the grade at D until the merchant has settled it. `first_answer_minutes` is None
    where the merchant never answered.
    """

    final_on: date
    severity: CaseSeverity
    outcome: CaseOutcome
    is_on_time: bool
    stars: int | None
    remedy_missed: bool
    category: str
    is_deemed: bool
    first_answer_minutes: int | None
    is_repeat: bool

    def closed_case(self, as_of: date) -> ClosedCase:
        """The input of a score that is reckoned as of a day."""
        return ClosedCase(
            age_days=(as_of - self.final_on).days,
            severity=self.severity,
            outcome=self.outcome,
            is_on_time=self.is_on_time,
            stars=self.stars,
        )

    def case_fact(self, as_of: date) -> CaseFact:
        """The same for the published statistics."""
        return CaseFact(
            age_days=(as_of - self.final_on).days,
            category=self.category,
            outcome=self.outcome,
            is_on_time=self.is_on_time,
            first_answer_minutes=self.first_answer_minutes,
            stars=self.stars,
            is_deemed=self.is_deemed,
            is_repeat=self.is_repeat,
        )


@dataclass(frozen=True, slots=True)
class CaseNotScored:
    """Why a case does not count: `open`, `unverified`, `tip_off`, or the state it closed in."""

    reason: str


def score_of(case: ComplaintCase) -> ScoredCase | CaseNotScored:
    """What a case means for the score.

    A filing alone means nothing, nor does a case without a real purchase behind it. On time is a merchant
    that kept each of its clocks. Stars are the shopper's mark for the result; silence gives none, so what
    is deemed counts as satisfied only when the shopper says so all the same.
    """
    if case.state in TIP_OFF_STATES:
        return CaseNotScored("tip_off")
    if case.state not in CLOSED_STATES:
        return CaseNotScored("open")
    if case.state in NEVER_COUNTED:
        return CaseNotScored(str(case.state))
    if not case.is_verified:
        return CaseNotScored("unverified")
    assert case.closed_at is not None
    assert case.outcome is not None
    return ScoredCase(
        final_on=shanghai_day(case.closed_at),
        severity=case.severity,
        outcome=case.outcome,
        is_on_time=kept_its_clocks(case, case.closed_at),
        stars=case.evaluation.result if case.evaluation else None,
        remedy_missed=case.remedy_missed,
        category=case.category,
        is_deemed=case.state is CaseState.CLOSED_DEEMED,
        first_answer_minutes=first_answer_minutes(case),
        is_repeat=case.is_repeat,
    )


def kept_its_clocks(case: ComplaintCase, now: datetime) -> bool:
    """Whether the merchant has kept every clock that was its own so far."""
    return not any(breach.party is CaseActor.MERCHANT for breach in breaches(case.clocks, now))


def first_answer_minutes(case: ComplaintCase) -> int | None:
    """Whole minutes from the acceptance to the merchant's first answer; None where there is none."""
    answered = [
        clock.stopped_at - clock.trigger_at
        for clock in case.clocks
        if clock.name is ClockName.FIRST_ANSWER and clock.stopped_at and case.stance
        # A clock that ran out was stopped by the timers.
        if clock.stopped_at < clock.due_at
    ]
    return int(answered[-1].total_seconds() // 60) if answered else None

"""The clocks of a case: who has to act until when, and pauses with a reason."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from credit.complaints.machine.policy import ClockPolicy, policy_on
from credit.complaints.machine.words import CaseActor, ClockName
from credit.complaints.machine.working_days import (
    SHANGHAI,
    ClockTerm,
    TermEnd,
    WorkdayCalendar,
    day_end,
    moved_by,
    shanghai_day,
    term_end,
)

# Who has to act; `None` is either side.
PARTIES: dict[ClockName, CaseActor | None] = {
    ClockName.TRIAGE: CaseActor.OFFICER,
    ClockName.INFO_ANSWER: CaseActor.SHOPPER,
    ClockName.FIRST_ANSWER: CaseActor.MERCHANT,
    ClockName.OVERALL: CaseActor.OFFICER,
    ClockName.NEGOTIATION: None,
    ClockName.PROPOSAL: None,
    ClockName.MEDIATION: CaseActor.OFFICER,
    ClockName.EVIDENCE_SHOPPER: CaseActor.SHOPPER,
    ClockName.EVIDENCE_MERCHANT: CaseActor.MERCHANT,
    ClockName.APPRAISAL: CaseActor.OFFICER,
    ClockName.APPEAL: None,
    ClockName.REVIEW: CaseActor.REVIEWER,
    ClockName.REMEDY: CaseActor.MERCHANT,
    ClockName.FUND_PAYMENT: CaseActor.FINANCE,
    ClockName.CONFIRMATION: CaseActor.SHOPPER,
    ClockName.TIP_OFF_CHECK: CaseActor.OFFICER,
}


@dataclass(frozen=True)
class Timekeeping:
    """What instants are reckoned with: the dated policies and the calendar of working days."""

    policies: tuple[ClockPolicy, ...]
    calendar: WorkdayCalendar

    def policy_at(self, at: datetime) -> ClockPolicy:
        return policy_on(self.policies, shanghai_day(at))


@dataclass(frozen=True, slots=True)
class ClockPause:
    """A stretch in which a clock stood still; without an end, it still does."""

    started_at: datetime
    reason: str
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CaseClock:
    """A clock of a case, the `round`th of its name. `due_at` is exclusive: what happens then is late.

    `agreed_day` stands instead of a term where people agreed on a date.
    """

    name: ClockName
    round: int
    trigger_at: datetime
    due_at: datetime
    term: ClockTerm | None = None
    agreed_day: date | None = None
    is_provisional: bool = False
    policy_version: str = ""
    calendar_version: str = ""
    pauses: tuple[ClockPause, ...] = ()
    stopped_at: datetime | None = None

    @property
    def party(self) -> CaseActor | None:
        return PARTIES[self.name]

    @property
    def is_stopped(self) -> bool:
        return self.stopped_at is not None

    @property
    def is_paused(self) -> bool:
        return not self.is_stopped and bool(self.pauses) and self.pauses[-1].ended_at is None

    @property
    def is_running(self) -> bool:
        return not self.is_stopped and not self.is_paused

    def was_due_by(self, now: datetime) -> bool:
        """Whether it ran out, by an instant, before it was stopped or while it was not paused."""
        until = self.stopped_at or now
        if self.pauses and self.pauses[-1].ended_at is None:
            until = min(until, self.pauses[-1].started_at)
        return min(until, now) >= self.due_at

    def may_still_move(self, at: datetime) -> bool:
        return not self.is_stopped and not self.was_due_by(at)

    def as_document(self) -> dict[str, Any]:
        return {
            "name": self.name.value,
            "round": self.round,
            "trigger_at": instant_text(self.trigger_at),
            "due_at": instant_text(self.due_at),
            "term": self.term and self.term.as_document(),
            "agreed_day": self.agreed_day and self.agreed_day.isoformat(),
            "is_provisional": self.is_provisional,
            "policy_version": self.policy_version,
            "calendar_version": self.calendar_version,
            "pauses": [
                [instant_text(pause.started_at), pause.reason, optional_text(pause.ended_at)]
                for pause in self.pauses
            ],
            "stopped_at": optional_text(self.stopped_at),
        }

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        day = document["agreed_day"]
        return cls(
            name=ClockName(document["name"]),
            round=document["round"],
            trigger_at=datetime.fromisoformat(document["trigger_at"]),
            due_at=datetime.fromisoformat(document["due_at"]),
            term=ClockTerm.of(document["term"]) if document["term"] else None,
            agreed_day=date.fromisoformat(day) if day else None,
            is_provisional=document["is_provisional"],
            policy_version=document["policy_version"],
            calendar_version=document["calendar_version"],
            pauses=tuple(
                ClockPause(datetime.fromisoformat(start), reason, optional_instant(end))
                for start, reason, end in document["pauses"]
            ),
            stopped_at=optional_instant(document["stopped_at"]),
        )


class ClockVerb(StrEnum):
    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    RECALCULATE = "recalculate"


@dataclass(frozen=True, slots=True)
class ClockChange:
    """What an act did to a clock, and the clock as it is after that."""

    verb: ClockVerb
    clock: CaseClock

    def as_document(self) -> dict[str, Any]:
        return {"verb": self.verb.value, "clock": self.clock.as_document()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        return cls(ClockVerb(document["verb"]), CaseClock.of(document["clock"]))


def start(
    name: ClockName,
    *,
    number: int,
    trigger_at: datetime,
    term: ClockTerm | date,
    timekeeping: Timekeeping,
    at: datetime,
) -> CaseClock:
    """A clock set going at `at`; its time counts from `trigger_at`, which may be earlier."""
    calendar = timekeeping.calendar
    end = _end_of(trigger_at, term, calendar)
    return CaseClock(
        name=name,
        round=number,
        trigger_at=trigger_at,
        due_at=end.due_at,
        term=term if isinstance(term, ClockTerm) else None,
        agreed_day=None if isinstance(term, ClockTerm) else term,
        is_provisional=end.is_provisional,
        policy_version=timekeeping.policy_at(at).version,
        calendar_version=calendar.version,
    )


def pause(clock: CaseClock, at: datetime, reason: str) -> CaseClock:
    """Unchanged when it already stands still or has ended."""
    if not clock.is_running:
        return clock
    return replace(clock, pauses=(*clock.pauses, ClockPause(at, reason)))


def resume(clock: CaseClock, at: datetime, calendar: WorkdayCalendar) -> CaseClock:
    """The end moves by what was missed; that of a clock which had run out before the pause stays.

    The calendar's version stays that of the whole term, so that `recalculate` still finds the clock.
    """
    if not clock.is_paused:
        return clock
    ended = replace(clock.pauses[-1], ended_at=at)
    due_at = _after_pause(clock, clock.due_at, ended, calendar)
    return replace(
        clock,
        due_at=due_at,
        pauses=(*clock.pauses[:-1], ended),
        is_provisional=clock.is_provisional or _is_provisional(due_at, clock, calendar),
    )


def stop(clock: CaseClock, at: datetime) -> CaseClock:
    return clock if clock.is_stopped else replace(clock, stopped_at=at)


def recalculate(clock: CaseClock, at: datetime, calendar: WorkdayCalendar) -> CaseClock:
    """As another calendar has it, never earlier for who must act. What has ended or run out stays."""
    term = clock.term or clock.agreed_day
    if not clock.may_still_move(at) or term is None:
        return clock
    end = _end_of(clock.trigger_at, term, calendar)
    due_at = end.due_at
    for interval in clock.pauses:
        if interval.ended_at is not None:
            due_at = _after_pause(clock, due_at, interval, calendar)
    due_at = max(due_at, clock.due_at)
    return replace(
        clock,
        due_at=due_at,
        is_provisional=end.is_provisional or _is_provisional(due_at, clock, calendar),
        calendar_version=calendar.version,
    )


def _end_of(trigger: datetime, term: ClockTerm | date, calendar: WorkdayCalendar) -> TermEnd:
    if isinstance(term, ClockTerm):
        return term_end(trigger, term, calendar)
    return day_end(term, calendar)


def _after_pause(
    clock: CaseClock, due_at: datetime, interval: ClockPause, calendar: WorkdayCalendar
) -> datetime:
    # A date that people agreed on stays, and so does an end that had come before the pause.
    if clock.term is None or interval.started_at >= due_at or interval.ended_at is None:
        return due_at
    return moved_by(due_at, clock.term.unit, (interval.started_at, interval.ended_at), calendar)


def _is_provisional(due_at: datetime, clock: CaseClock, calendar: WorkdayCalendar) -> bool:
    has_days = clock.term is None or clock.term.unit.value != "hours"
    last_day = shanghai_day(due_at - timedelta(microseconds=1))
    return has_days and calendar.is_provisional(last_day)


def instant_text(at: datetime) -> str:
    """The same text for the same instant, whatever its time zone was. Raises ValueError for one without any."""
    if at.tzinfo is None:
        raise ValueError(f"{at} is an instant of no time zone")
    return at.astimezone(SHANGHAI).isoformat(timespec="microseconds")


def optional_text(at: datetime | None) -> str | None:
    return None if at is None else instant_text(at)


def optional_instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)

"""What comes of a case's clocks: breaches, reminders, the next end. Values, the same however often asked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from credit.complaints.machine.clocks import CaseClock
from credit.complaints.machine.policy import ClockPolicy
from credit.complaints.machine.words import CaseActor, ClockName

# What it is called when a clock runs out before its party acted. The others end a stage and blame nobody.
BREACHES: dict[ClockName, str] = {
    ClockName.TRIAGE: "late_triage",
    ClockName.FIRST_ANSWER: "late_first_answer",
    ClockName.MEDIATION: "late_mediation",
    ClockName.EVIDENCE_SHOPPER: "late_evidence",
    ClockName.EVIDENCE_MERCHANT: "late_evidence",
    ClockName.APPRAISAL: "late_appraisal",
    ClockName.REVIEW: "late_review",
    ClockName.REMEDY: "remedy_missed",
    ClockName.FUND_PAYMENT: "late_fund_payment",
    ClockName.TIP_OFF_CHECK: "late_check",
}


@dataclass(frozen=True, slots=True)
class ClockBreach:
    """A clock that ran out. Once per (clock, round, kind) of a case, at the instant it was due."""

    clock: ClockName
    round: int
    kind: str
    party: CaseActor | None
    at: datetime

    @property
    def key(self) -> tuple[str, int, str]:
        return self.clock.value, self.round, self.kind


@dataclass(frozen=True, slots=True)
class ClockReminder:
    """What who must act hears before the end. Once per (clock, round, kind), such as `before_24h`."""

    clock: ClockName
    round: int
    kind: str
    party: CaseActor | None
    at: datetime
    due_at: datetime

    @property
    def key(self) -> tuple[str, int, str]:
        return self.clock.value, self.round, self.kind


def breaches(clocks: Iterable[CaseClock], now: datetime) -> list[ClockBreach]:
    """Every breach by an instant, the earliest first; the same ones however often it is asked."""
    found = [
        ClockBreach(clock.name, clock.round, BREACHES[clock.name], clock.party, clock.due_at)
        for clock in clocks
        if clock.name in BREACHES and clock.was_due_by(now)
    ]
    return sorted(found, key=lambda breach: (breach.at, breach.key))


def reminders(
    clocks: Iterable[CaseClock], policy: ClockPolicy, now: datetime
) -> list[ClockReminder]:
    """Those whose time has come while the clock still runs; after the end nobody needs one."""
    found = [
        reminder
        for clock in clocks
        if clock.is_running and now < clock.due_at
        for reminder in _reminders_of(clock, policy)
        if reminder.at <= now
    ]
    return sorted(found, key=lambda reminder: (reminder.at, reminder.key))


def next_due(clocks: Iterable[CaseClock]) -> CaseClock | None:
    """The running clock that ends first."""
    return min(
        (clock for clock in clocks if clock.is_running),
        key=lambda clock: (clock.due_at, clock.name, clock.round),
        default=None,
    )


def next_look_at(
    clocks: Iterable[CaseClock], policy: ClockPolicy, now: datetime
) -> datetime | None:
    """When the timers have something to do next after an instant: a reminder, or an end."""
    instants = [
        instant
        for clock in clocks
        if clock.is_running
        for instant in (clock.due_at, *(reminder.at for reminder in _reminders_of(clock, policy)))
        if instant > now
    ]
    return min(instants, default=None)


def _reminders_of(clock: CaseClock, policy: ClockPolicy) -> Iterator[ClockReminder]:
    for before in policy.reminders.get(clock.name, ()):
        at, hours = clock.due_at - before, int(before.total_seconds() // 3600)
        # Of a term that is shorter than the notice, nobody is reminded at its beginning.
        if at > clock.trigger_at:
            yield ClockReminder(
                clock.name, clock.round, f"before_{hours}h", clock.party, at, clock.due_at
            )

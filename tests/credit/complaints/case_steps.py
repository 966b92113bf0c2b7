"""A case brought into any state, by acts of the table alone; the timekeeping of the tests."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from credit.complaints.machine import deadlines, timers
from credit.complaints.machine.apply import ActApplied, apply, next_timer_act
from credit.complaints.machine.case import NEW_CASE, CaseAct, CaseFacts, ComplaintCase
from credit.complaints.machine.clocks import Timekeeping
from credit.complaints.machine.policy import DEFAULT_POLICY, ClockPolicy
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from credit.complaints.machine.working_days import SHANGHAI, TabledCalendar
from district.calendar.statutory import named_days

A, S = CaseAction, CaseState
SHOPPER, MERCHANT, OFFICER = CaseActor.SHOPPER, CaseActor.MERCHANT, CaseActor.OFFICER
REVIEWER, FINANCE, TIMER = CaseActor.REVIEWER, CaseActor.FINANCE, CaseActor.TIMER
HOUR = timedelta(hours=1)

CALENDAR = TabledCalendar.of(
    ((day, named.is_workday) for day, named in named_days().items()), range(2004, 2027)
)
POLICY = ClockPolicy.of(DEFAULT_POLICY)
TIMEKEEPING = Timekeeping((POLICY,), CALENDAR)
# The most permissive world: what a test forbids it takes away.
FACTS = CaseFacts(under_charter=True)
SALT = "5a" * 16
# Seals of evidence.
E1, E2, E3 = "1" * 64, "2" * 64, "3" * 64
REFUND = {"kind": "refund", "amount_fen": 6_000}
REPAIR = {"kind": "repair"}
DECISION = {"finding": "upheld", "severity": "serious", "rule": "charter-4", "remedy": REFUND}
# Monday, 1 June 2026.
START = datetime(2026, 6, 1, 9, tzinfo=SHANGHAI)


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def people_of(actor: CaseActor) -> str:
    return "" if actor is TIMER else f"{actor}-1"


@dataclass(repr=False)
class CaseRun:
    """A case and its events so far."""

    case: ComplaintCase = NEW_CASE
    events: list = field(default_factory=list)
    facts: CaseFacts = FACTS
    timekeeping: Timekeeping = TIMEKEEPING

    def __repr__(self) -> str:
        return " ".join(row.payload["row"] for row in self.events)

    @property
    def now(self) -> datetime:
        return self.case.last_at or START

    def attempt(
        self, action, actor, *, at=None, reason="", note="", person=None, facts=None, **details
    ):
        act = CaseAct(
            action,
            actor,
            at or (self.now if self.case.state is S.NEW else self.now + HOUR),
            person=people_of(actor) if person is None else person,
            reason_code=reason,
            note=note,
            note_salt=SALT if note else "",
            details=details,
        )
        return apply(self.case, act, facts or self.facts, self.timekeeping)

    def do(self, action, actor, **more) -> "CaseRun":
        result = self.attempt(action, actor, **more)
        assert isinstance(result, ActApplied), (self.case.state, action, actor, result)
        self.case = result.case
        self.events.append(result.event)
        return self

    def refusal(self, action, actor, **more) -> str:
        """The problem of an act that is refused."""
        return self.attempt(action, actor, **more).problem

    def time_passes(self, until: datetime | None = None) -> "CaseRun":
        """The timers run by an instant; without one, exactly what is due next happens."""
        if until is None:
            act = next_timer_act(self.case)
            return self.do(act.action, TIMER, at=act.at, **act.details)
        run = timers.run_timers(self.case, until, self.facts, self.timekeeping)
        self.case = run.case
        self.events += run.events
        return self

    def breaches(self, now: datetime) -> list[tuple[str, str]]:
        return [
            (row.kind, row.at.isoformat(timespec="minutes")[:16])
            for row in deadlines.breaches(self.case.clocks, now)
        ]


FILING = {
    "case_id": "c1",
    "category": "food",
    "wish": "refund",
    "amount_fen": 8_000,
    "paid_fen": 9_900,
}


def filed(**more) -> CaseRun:
    return CaseRun(**more).do(A.SUBMIT, SHOPPER, **FILING)


def accepted(**more) -> CaseRun:
    return filed(**more).do(A.ACCEPT, OFFICER)


def negotiating(**more) -> CaseRun:
    return accepted(**more).do(A.ANSWER, MERCHANT, stance="offer")


def proposed(remedy=REFUND, **more) -> CaseRun:
    return negotiating(**more).do(A.PROPOSE, MERCHANT, remedy=remedy)


def in_mediation(**more) -> CaseRun:
    return negotiating(**more).do(A.ESCALATE, SHOPPER)


def waiting_for(*sides, **more) -> CaseRun:
    return in_mediation(**more).do(A.REQUEST_EVIDENCE, OFFICER, sides=list(sides))


def in_appraisal(**more) -> CaseRun:
    return in_mediation(**more).do(
        A.SEND_TO_APPRAISAL,
        OFFICER,
        sides=["shopper", "merchant"],
        body="quality-station",
        cost_bearer="merchant",
        due_on="2026-06-22",
    )


def decided(finding="upheld", **more) -> CaseRun:
    remedy = REFUND if finding != "not_upheld" else None
    return in_mediation(**more).do(
        A.DECIDE,
        OFFICER,
        note="商户未按约定退款。",
        **DECISION | {"finding": finding, "remedy": remedy},
    )


def appealed(finding="upheld", **more) -> CaseRun:
    return decided(finding, **more).do(A.APPEAL, MERCHANT, note="证据不足。")


def final(finding="upheld", **more) -> CaseRun:
    return appealed(finding, **more).do(A.CONFIRM, REVIEWER, note="维持。")


def remedy_due(remedy=REFUND, **more) -> CaseRun:
    return proposed(remedy, **more).do(A.ACCEPT_PROPOSAL, SHOPPER)


def fund_to_pay() -> CaseRun:
    facts = replace(FACTS, in_fund_scheme=True, fund_cap_fen=10_000)
    return remedy_due(facts=facts).time_passes()


def awaiting_confirmation(**more) -> CaseRun:
    return remedy_due(**more).do(A.MARK_DONE, MERCHANT, evidence=[E1], refund_fen=6_000)


def rejected() -> CaseRun:
    return filed().do(A.REFUSE, OFFICER, reason="no_facts")


def abusive(run=None) -> CaseRun:
    return (run or negotiating()).do(
        A.MARK_ABUSIVE, OFFICER, second_person="reviewer-9", note="同一文本投诉二十家门店。"
    )


def tipped_off() -> CaseRun:
    return CaseRun().do(A.TIP_OFF, SHOPPER, case_id="t1", category="food_safety")


PATHS = {
    S.NEW: CaseRun,
    S.SUBMITTED: filed,
    S.NEEDS_INFO: lambda: filed().do(A.ASK_INFO, OFFICER, note="哪一天？"),
    S.AWAITING_MERCHANT: accepted,
    S.NEGOTIATING: proposed,
    S.MEDIATION: in_mediation,
    S.EVIDENCE_WAIT: lambda: waiting_for("shopper", "merchant"),
    S.APPRAISAL: in_appraisal,
    S.DECIDED: decided,
    S.UNDER_REVIEW: appealed,
    S.DECIDED_FINAL: final,
    S.REMEDY_DUE: remedy_due,
    S.ADVANCE_PAYMENT: fund_to_pay,
    S.AWAITING_CONFIRMATION: awaiting_confirmation,
    S.REJECTED: rejected,
    S.MERGED: lambda: filed().do(A.MERGE, OFFICER, master="c0"),
    S.WITHDRAWN: lambda: negotiating().do(A.WITHDRAW, SHOPPER),
    S.TRANSFERRED: lambda: in_mediation().do(A.TRANSFER, OFFICER, authority="12315", reference="7"),
    S.CLOSED_RESOLVED: lambda: awaiting_confirmation().do(A.CONFIRM, SHOPPER),
    S.CLOSED_DEEMED: lambda: awaiting_confirmation().time_passes(),
    S.CLOSED_UNRESOLVED: lambda: in_mediation().do(A.END_WITHOUT_RESULT, OFFICER),
    S.CLOSED_NOT_UPHELD: lambda: final("not_upheld").time_passes(),
    S.CLOSED_ABUSIVE: abusive,
    S.RECEIVED: tipped_off,
    S.CHECKED: lambda: tipped_off().do(A.CHECK, OFFICER),
    S.NO_ACTION: lambda: (
        tipped_off().do(A.CHECK, OFFICER).do(A.DISMISS, OFFICER, reason="no_facts")
    ),
    S.INSPECTION: lambda: tipped_off().do(A.CHECK, OFFICER).do(A.INSPECT, OFFICER),
    S.CLOSED: lambda: (
        tipped_off()
        .do(A.CHECK, OFFICER)
        .do(A.INSPECT, OFFICER)
        .do(A.CLOSE, OFFICER, note="已改正。")
    ),
}


def in_state(state: CaseState) -> CaseRun:
    """A case in a state."""
    run = PATHS[state]()
    assert run.case.state == state
    return run


def with_holiday(day: date, *, works: bool) -> Timekeeping:
    """The tests' calendar with a day that the State Council changed."""
    days = {**CALENDAR.days, day: works}
    return Timekeeping((POLICY,), TabledCalendar.of(days.items(), CALENDAR.years))

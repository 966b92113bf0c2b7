"""The real complaints of the CFPB as scripts of acts: the rules of `manage.py replay_complaints`, as data.

A step names its act, the state the case waits for, and how long after entering that state it is done. What
no step ends, the timers do.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any, Self

from credit.complaints.machine.words import (
    SIDES,
    CaseAction,
    CaseActor,
    CaseState,
    RemedyKind,
)
from credit.complaints.machine.working_days import SHANGHAI
from credit.score.values import CaseOutcome, CaseSeverity

AMOUNT_FEN = 10_000
# The seal of what the merchant hands in; the source has no documents.
RECEIPT = "0" * 64
FILED_AT, ACCEPTED_AT = time(9), time(10)
# After the last filing; by then nothing is open.
HORIZON = timedelta(days=400)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)

UNTIMELY, IN_PROGRESS = "Untimely response", "In progress"
NON_MONETARY = "Closed with non-monetary relief"
MONEY_RELIEF = frozenset({"Closed with monetary relief", "Closed with relief"})
WITH_RELIEF = MONEY_RELIEF | {NON_MONETARY}


@dataclass(frozen=True, slots=True)
class SourceComplaint:
    """A row of the source, as far as the replay reads it."""

    number: int
    company: str
    received_on: date
    sent_on: date
    response: str
    is_timely: bool
    is_disputed: bool
    category: str

    @classmethod
    def of(cls, row: Mapping[str, str]) -> Self:
        return cls(
            number=int(row["complaint_id"]),
            company=row["company"],
            received_on=date.fromisoformat(row["date_received"]),
            sent_on=date.fromisoformat(row["date_sent_to_company"]),
            response=row["company_response"],
            is_timely=row["timely_response"] != "No",
            is_disputed=row["consumer_disputed"] == "Yes",
            category=row["product"],
        )

    @property
    def filed_at(self) -> datetime:
        return datetime.combine(self.received_on, FILED_AT, SHANGHAI)

    @property
    def accepted_at(self) -> datetime:
        """The officer's acceptance, where the triage clock has not come before."""
        return max(self.filed_at, datetime.combine(self.sent_on, ACCEPTED_AT, SHANGHAI))


@dataclass(frozen=True, slots=True)
class ScriptStep:
    """An act, done `after` the case entered `in_state`, or after the step before, whichever is later."""

    action: CaseAction
    actor: CaseActor
    in_state: CaseState
    after: timedelta
    details: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


def script_of(complaint: SourceComplaint) -> tuple[ScriptStep, ...]:
    """What people do after filing and acceptance; the timers do the rest."""
    return tuple(_steps(complaint))


def _steps(complaint: SourceComplaint) -> Iterator[ScriptStep]:
    if complaint.response == UNTIMELY:
        return
    if complaint.response == IN_PROGRESS:
        if complaint.is_timely:
            yield _answer("dispute")
        return
    if not complaint.is_timely:
        if complaint.response in WITH_RELIEF:
            yield from _agreed_in_mediation()
        return
    if complaint.response == NON_MONETARY:
        yield _answer("offer")
        yield from _settled_directly({"kind": RemedyKind.REPAIR.value})
        yield _mark_done(0)
    elif complaint.response in MONEY_RELIEF:
        yield _answer("offer")
        yield from _settled_directly(_refund())
        yield _mark_done(AMOUNT_FEN)
        yield _confirm()
    else:
        yield _answer("dispute")
        yield from _explained(complaint)


def _explained(complaint: SourceComplaint) -> Iterator[ScriptStep]:
    if complaint.number % 10 not in (2, 3) and not complaint.is_disputed:
        yield _shopper(CaseAction.WITHDRAW, CaseState.NEGOTIATING, DAY)
        return
    yield _shopper(CaseAction.ESCALATE, CaseState.NEGOTIATING, DAY)
    ends: list[Callable[[], Iterator[ScriptStep]]] = [_agreed_in_mediation, _decided, _nothing]
    yield from ends[complaint.number % 3]()


def _settled_directly(remedy: dict[str, Any]) -> Iterator[ScriptStep]:
    state = CaseState.NEGOTIATING
    yield ScriptStep(
        CaseAction.PROPOSE, CaseActor.MERCHANT, state, HOUR, details={"remedy": remedy}
    )
    yield _shopper(CaseAction.ACCEPT_PROPOSAL, state, 2 * HOUR)


def _agreed_in_mediation() -> Iterator[ScriptStep]:
    details = {"sides": [side.value for side in SIDES], "remedy": _refund()}
    yield ScriptStep(CaseAction.AGREE, CaseActor.OFFICER, CaseState.MEDIATION, DAY, details=details)
    yield _mark_done(AMOUNT_FEN)
    yield _confirm()


def _decided() -> Iterator[ScriptStep]:
    details = {
        "finding": CaseOutcome.UPHELD.value,
        "severity": CaseSeverity.ORDINARY.value,
        "rule": "charter-1",
        "remedy": _refund(),
    }
    yield ScriptStep(
        CaseAction.DECIDE,
        CaseActor.OFFICER,
        CaseState.MEDIATION,
        DAY,
        details=details,
        note="投诉成立，商户应当退款。",
    )
    yield _mark_done(AMOUNT_FEN)
    yield _confirm()


def _nothing() -> Iterator[ScriptStep]:
    return iter(())


def _answer(stance: str) -> ScriptStep:
    return ScriptStep(
        CaseAction.ANSWER,
        CaseActor.MERCHANT,
        CaseState.AWAITING_MERCHANT,
        DAY,
        details={"stance": stance},
    )


def _mark_done(refund_fen: int) -> ScriptStep:
    details: dict[str, Any] = {"evidence": [RECEIPT], "refund_fen": refund_fen}
    return ScriptStep(
        CaseAction.MARK_DONE, CaseActor.MERCHANT, CaseState.REMEDY_DUE, DAY, details=details
    )


def _confirm() -> ScriptStep:
    return _shopper(CaseAction.CONFIRM, CaseState.AWAITING_CONFIRMATION, DAY)


def _shopper(action: CaseAction, state: CaseState, after: timedelta) -> ScriptStep:
    return ScriptStep(action, CaseActor.SHOPPER, state, after)


def _refund() -> dict[str, Any]:
    return {"kind": RemedyKind.REFUND.value, "amount_fen": AMOUNT_FEN}

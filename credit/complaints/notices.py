"""Who hears of an event of a case: a function of the event and of the case after it."""

from collections.abc import Iterable

from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.events import CaseEvent
from credit.complaints.machine.words import (
    SIDES,
    TIP_OFF_STATES,
    CaseAction,
    CaseActor,
    CaseState,
)

# Where an officer (or a reviewer, or the fund) has to do something.
OFFICE_STATES = frozenset(
    {
        CaseState.SUBMITTED,
        CaseState.MEDIATION,
        CaseState.ADVANCE_PAYMENT,
        CaseState.UNDER_REVIEW,
        CaseState.RECEIVED,
    }
)
# The merchant hears nothing of the talk between shopper and district.
PRIVATE_ACTIONS = frozenset({CaseAction.ASK_INFO, CaseAction.REFUSE, CaseAction.MERGE})
OFFICE = (CaseActor.OFFICER, CaseActor.REVIEWER, CaseActor.FINANCE)


def audiences_of(event: CaseEvent, case: ComplaintCase) -> Iterable[CaseActor]:
    """The sides that hear of it, and the office where it has something to do; never who did it."""
    if event.action is not CaseAction.RECALCULATE:
        for side in SIDES:
            if side is not event.actor and (side is CaseActor.SHOPPER or is_known(event, case)):
                yield side
    if event.to_state in OFFICE_STATES and event.actor not in OFFICE:
        yield CaseActor.OFFICER


def is_known(event: CaseEvent, case: ComplaintCase) -> bool:
    """Whether the merchant knows of the case: from its acceptance on, of a tip-off never."""
    is_private = event.to_state in TIP_OFF_STATES or event.action in PRIVATE_ACTIONS
    return case.accepted_at is not None and not is_private


def parties_to_hear(party: CaseActor | None) -> tuple[CaseActor, ...]:
    """Who hears that a clock of a party ends: both sides where either may act, the office for its own."""
    if party is None:
        return SIDES
    return (party,) if party in SIDES else (CaseActor.OFFICER,)

"""What a merchant hears of a complaint: nothing before it was accepted, nothing of a tip-off, and of the shopper as
much as the shopper allowed.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db.models import Min, Q, QuerySet

from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from credit.complaints.models import CaseEventRow, CaseEvidence, CaseFile
from credit.complaints.notices import PRIVATE_ACTIONS
from credit.complaints.queries.case_view import standing, step
from credit.complaints.queries.cases import case_files, machine_case, machine_event
from credit.complaints.queries.walk_ins import shopper_name
from credit.evidence.values import Side, Visibility
from district.kernel.errors import NotFound

_HIDDEN_ACTIONS = PRIVATE_ACTIONS | {CaseAction.RECALCULATE}
_LEVELS = CaseFile.Anonymity
_MOBILE: Final = re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d){8}(?!\d)")
# Where the merchant, and nobody else, has to act, or either side.
_TO_ACT = Q(clocks__stopped_at=None, clocks__paused_at=None) & Q(
    clocks__party__in=[CaseActor.MERCHANT.value, ""]
)


def merchant_cases(stores: Collection[int]) -> QuerySet[CaseFile]:
    """Accepted complaints about these stores; `merchant_due_at` is until when the merchant may act, None where
    nothing waits for it."""
    rows = case_files().filter(store__in=stores, accepted_at__isnull=False)
    return rows.annotate(merchant_due_at=Min("clocks__due_at", filter=_TO_ACT))


def case_of_stores(stores: Collection[int], public_id: str) -> CaseFile:
    """A complaint about one of these stores. Raises NotFound, also for another merchant's and for a tip-off."""
    found = merchant_cases(stores).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def shopper_as_allowed(case: CaseFile) -> dict[str, str]:
    """Nickname and receipt as the shopper's level allows: whole, masked with the last two digits, or nothing."""
    nickname, number = shopper_name(case), case.receipt_no
    if case.anonymity == _LEVELS.NAMED:
        return {"nickname": nickname, "receipt_no": number, "receipt_ending": number[-2:]}
    if case.anonymity == _LEVELS.MASKED:
        masked = nickname[:1] + "*" * bool(nickname)
        return {"nickname": masked, "receipt_no": "", "receipt_ending": number[-2:]}
    return {"nickname": "", "receipt_no": "", "receipt_ending": ""}


def without_phones(text: str) -> str:
    """A text without the mobile numbers that people write into it: those go to the officer, never to the merchant."""
    return _MOBILE.sub("1**********", text)


def merchant_view(file: CaseFile) -> dict[str, Any]:
    """The case as its merchant sees it: timeline, evidence, clocks, proposal, remedy, actions."""
    rows = list(file.events.order_by("seq"))
    case = machine_case([machine_event(row) for row in rows])
    visible = visible_events(rows)
    return {
        "timeline": [_masked(row) for row in visible],
        "evidence": list(visible_evidence(file, visible)),
        **standing(file, case, CaseActor.MERCHANT),
    }


def visible_events(rows: Iterable[CaseEventRow]) -> list[CaseEventRow]:
    """The filing, and everything from the acceptance on but what is between shopper and district."""
    visible, is_accepted = [], False
    for row in rows:
        is_accepted = is_accepted or row.to_state == CaseState.AWAITING_MERCHANT
        is_known = is_accepted or row.action == CaseAction.SUBMIT
        if is_known and row.action not in _HIDDEN_ACTIONS:
            visible.append(row)
    return visible


def visible_evidence(file: CaseFile, visible: Iterable[CaseEventRow]) -> QuerySet[CaseEvidence]:
    """The pieces that these events name; those of a label of abuse are the office's, as is what a shopper keeps for it."""
    seals = {
        seal
        for row in visible
        if row.action != CaseAction.MARK_ABUSIVE
        for seal in row.payload["details"].get("evidence", ())
    }
    rows = file.evidence.filter(seal__in=seals).select_related("file").order_by("pk")
    return rows.exclude(file__visibility=Visibility.OFFICERS, file__side=Side.SHOPPER)


def _masked(row: CaseEventRow) -> dict[str, Any]:
    """What the office writes of the person, and an evaluation without a name, stay apart."""
    document = step(row)
    is_private = row.action == CaseAction.MARK_ABUSIVE or row.payload["details"].get("anonymous")
    return document | {"note": "" if is_private else without_phones(document["note"])}

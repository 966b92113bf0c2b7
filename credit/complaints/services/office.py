"""What officers and reviewers do to a case: thin verbs, each a row or two of the table.

Each raises what `act_on_case` raises.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import SIDES, CaseAction, CaseActor
from credit.complaints.models import CaseFile
from credit.complaints.services.acts import CaseRequest, act_on_case
from district.kernel.idempotency import Key
from district.members.models import User

A, OFFICER, REVIEWER = CaseAction, CaseActor.OFFICER, CaseActor.REVIEWER
_BOTH = [side.value for side in SIDES]


@dataclass(frozen=True, slots=True)
class CaseDecision:
    """What is found: `finding` upheld, partly_upheld or not_upheld, by which rule; a remedy unless it is not upheld."""

    finding: str
    severity: str
    rule: str
    reasons: str
    remedy: CaseRemedy | None = None

    def details(self) -> dict[str, Any]:
        found = {"finding": self.finding, "severity": self.severity, "rule": self.rule}
        return found | ({"remedy": self.remedy.as_document()} if self.remedy else {})


def ask_for_info(*, case: CaseFile, by: User, questions: str, key: Key) -> CaseFile:
    """What the shopper is to add before the case is accepted."""
    return _act(case, A.ASK_INFO, by, key, note=questions)


def refuse_case(*, case: CaseFile, by: User, reason: str, note: str = "", key: Key) -> CaseFile:
    """Not taken up, for one of the law's reasons; the shopper may appeal."""
    return _act(case, A.REFUSE, by, key, reason=reason, note=note)


def merge_case(*, case: CaseFile, master: CaseFile, by: User, note: str = "", key: Key) -> CaseFile:
    """The same matter as another open case: its shopper follows that one."""
    return _act(case, A.MERGE, by, key, note=note, details={"master": master.public_id})


def accept_case(
    *, case: CaseFile, by: User, severity: str = "ordinary", note: str = "", key: Key
) -> CaseFile:
    """Taken up: the merchant hears of it and has to answer."""
    return _act(case, A.ACCEPT, by, key, note=note, details={"severity": severity})


def request_evidence(
    *, case: CaseFile, by: User, sides: Iterable[CaseActor], note: str = "", key: Key
) -> CaseFile:
    """One side or both are to bring something; mediation waits."""
    details = {"sides": [side.value for side in sides]}
    return _act(case, A.REQUEST_EVIDENCE, by, key, note=note, details=details)


def send_to_appraisal(
    *,
    case: CaseFile,
    by: User,
    body: str,
    cost_bearer: str,
    due_on: date,
    note: str = "",
    key: Key,
) -> CaseFile:
    """Both sides agreed that somebody examines the goods, who pays for it and until when."""
    details = {
        "sides": _BOTH,
        "body": body,
        "cost_bearer": cost_bearer,
        "due_on": due_on.isoformat(),
    }
    return _act(case, A.SEND_TO_APPRAISAL, by, key, note=note, details=details)


def record_appraisal(*, case: CaseFile, by: User, report: str, key: Key) -> CaseFile:
    """The report is in; it is evidence."""
    return _act(case, A.REPORT_IN, by, key, evidence=(report,))


def record_agreement(
    *,
    case: CaseFile,
    by: User,
    remedy: CaseRemedy,
    shopper_agrees_to_later: bool = False,
    note: str = "",
    key: Key,
) -> CaseFile:
    """Both sides agreed in mediation; a later day than the term needs the shopper's word."""
    details: dict[str, Any] = {"sides": _BOTH, "remedy": remedy.as_document()}
    if shopper_agrees_to_later:
        details["shopper_agrees_to_later"] = True
    return _act(case, A.AGREE, by, key, note=note, details=details)


def decide_case(*, case: CaseFile, by: User, decision: CaseDecision, key: Key) -> CaseFile:
    """A finding about a merchant under the alliance's charter; each side may appeal."""
    details = decision.details()
    return _act(case, A.DECIDE, by, key, note=decision.reasons, details=details)


def end_mediation(*, case: CaseFile, by: User, note: str = "", key: Key) -> CaseFile:
    """No agreement: the shopper hears of 12315, arbitration and the court."""
    return _act(case, A.END_WITHOUT_RESULT, by, key, note=note)


def confirm_review(*, case: CaseFile, by: User, reasons: str, key: Key) -> CaseFile:
    """A reviewer, who had no part in it, leaves the decision, the refusal or the label as it is."""
    request = CaseRequest(A.CONFIRM, REVIEWER, by, note=reasons)
    return act_on_case(case=case, request=request, key=key)


def change_review(
    *,
    case: CaseFile,
    by: User,
    reasons: str = "",
    decision: CaseDecision | None = None,
    key: Key,
) -> CaseFile:
    """A reviewer finds something else; of a refusal or a label that the case is accepted after all."""
    details = decision.details() if decision else {}
    note = decision.reasons if decision else reasons
    request = CaseRequest(A.CHANGE, REVIEWER, by, note=note, details=details)
    return act_on_case(case=case, request=request, key=key)


def check_tip_off(*, case: CaseFile, by: User, note: str = "", key: Key) -> CaseFile:
    """Somebody has looked at a tip-off."""
    return _act(case, A.CHECK, by, key, note=note)


def dismiss_tip_off(*, case: CaseFile, by: User, reason: str, note: str = "", key: Key) -> CaseFile:
    """Nothing follows from it."""
    return _act(case, A.DISMISS, by, key, reason=reason, note=note)


def inspect_tip_off(*, case: CaseFile, by: User, note: str = "", key: Key) -> CaseFile:
    """Somebody goes to look at the store."""
    return _act(case, A.INSPECT, by, key, note=note)


def close_tip_off(*, case: CaseFile, by: User, result: str, key: Key) -> CaseFile:
    """What came of it."""
    return _act(case, A.CLOSE, by, key, note=result)


def _act(
    case: CaseFile,
    action: CaseAction,
    by: User,
    key: Key,
    *,
    reason: str = "",
    note: str = "",
    details: dict[str, Any] | None = None,
    evidence: tuple[str, ...] = (),
) -> CaseFile:
    request = CaseRequest(action, OFFICER, by, reason, note, details or {}, evidence)
    return act_on_case(case=case, request=request, key=key)

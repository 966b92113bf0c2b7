"""What shopper and merchant do to a case: thin verbs, each a row or two of the table.

Each raises what `act_on_case` raises. `by` is who acts, `actor` the side where both may do it.
"""

from collections.abc import Iterable
from typing import Any

from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseFile
from credit.complaints.queries.facts import ActingParty
from credit.complaints.queries.purchases import find_purchase
from credit.complaints.services.acts import CaseRequest, act_on_case
from district.kernel.idempotency import Key
from district.members.models import Member

A, SHOPPER, MERCHANT = CaseAction, CaseActor.SHOPPER, CaseActor.MERCHANT


def supply_info(
    *,
    case: CaseFile,
    member: Member,
    text: str,
    receipt_no: str = "",
    evidence: Iterable[str] = (),
    files: Iterable[str] = (),
    key: Key,
) -> CaseFile:
    """The shopper answers what the officer asked, and may name the purchase now. Also raises PurchaseUnknown."""
    receipt = find_purchase(member, case.store_id, receipt_no)
    details = {"purchase": receipt_no} if receipt_no else {}
    request = CaseRequest(
        A.SUPPLY,
        SHOPPER,
        member.user,
        note=text,
        details=details,
        evidence=tuple(evidence),
        files=tuple(files),
        receipt=receipt,
    )
    return act_on_case(case=case, request=request, key=key)


def supply_evidence(
    *,
    case: CaseFile,
    actor: CaseActor,
    by: ActingParty,
    evidence: Iterable[str] = (),
    files: Iterable[str] = (),
    note: str = "",
    key: Key,
) -> CaseFile:
    """A side brings what it was asked for."""
    request = CaseRequest(
        A.SUPPLY, actor, by, note=note, evidence=tuple(evidence), files=tuple(files)
    )
    return act_on_case(case=case, request=request, key=key)


def answer_case(
    *,
    case: CaseFile,
    by: ActingParty,
    stance: str,
    text: str,
    evidence: Iterable[str] = (),
    files: Iterable[str] = (),
    key: Key,
) -> CaseFile:
    """The merchant's first answer: `agree`, `offer` or `dispute`."""
    request = CaseRequest(
        A.ANSWER,
        MERCHANT,
        by,
        note=text,
        details={"stance": stance},
        evidence=tuple(evidence),
        files=tuple(files),
    )
    return act_on_case(case=case, request=request, key=key)


def propose_remedy(
    *,
    case: CaseFile,
    actor: CaseActor,
    by: ActingParty,
    remedy: CaseRemedy,
    note: str = "",
    key: Key,
) -> CaseFile:
    """A side says what it would settle for; the proposal before it lapses."""
    details = {"remedy": remedy.as_document()}
    request = CaseRequest(A.PROPOSE, actor, by, note=note, details=details)
    return act_on_case(case=case, request=request, key=key)


def accept_proposal(*, case: CaseFile, actor: CaseActor, by: ActingParty, key: Key) -> CaseFile:
    """The other side's proposal holds from now on."""
    return act_on_case(case=case, request=CaseRequest(A.ACCEPT_PROPOSAL, actor, by), key=key)


def escalate_case(
    *, case: CaseFile, actor: CaseActor, by: ActingParty, note: str = "", key: Key
) -> CaseFile:
    """A side wants mediation: the shopper at once, the merchant after working days of negotiation."""
    return act_on_case(case=case, request=CaseRequest(A.ESCALATE, actor, by, note=note), key=key)


def mark_remedy_done(
    *,
    case: CaseFile,
    by: ActingParty,
    evidence: Iterable[str] = (),
    files: Iterable[str] = (),
    refund_fen: int = 0,
    note: str = "",
    key: Key,
) -> CaseFile:
    """The merchant has done what was agreed or decided, with proof; a refund is exactly the remedy's."""
    request = CaseRequest(
        A.MARK_DONE,
        MERCHANT,
        by,
        note=note,
        details={"refund_fen": refund_fen},
        evidence=tuple(evidence),
        files=tuple(files),
    )
    return act_on_case(case=case, request=request, key=key)


def confirm_remedy(*, case: CaseFile, member: Member, key: Key) -> CaseFile:
    """The shopper has got it."""
    return act_on_case(case=case, request=CaseRequest(A.CONFIRM, SHOPPER, member.user), key=key)


def deny_remedy(*, case: CaseFile, member: Member, missing: str, key: Key) -> CaseFile:
    """The shopper has not got it, and says what is missing; once."""
    request = CaseRequest(A.DENY, SHOPPER, member.user, note=missing)
    return act_on_case(case=case, request=request, key=key)


def withdraw_case(*, case: CaseFile, member: Member, note: str = "", key: Key) -> CaseFile:
    """The shopper gives the complaint up."""
    request = CaseRequest(A.WITHDRAW, SHOPPER, member.user, note=note)
    return act_on_case(case=case, request=request, key=key)


def appeal(
    *,
    case: CaseFile,
    actor: CaseActor,
    by: ActingParty,
    reasons: str,
    evidence: Iterable[str] = (),
    files: Iterable[str] = (),
    key: Key,
) -> CaseFile:
    """A side wants another person to look at a decision, a refusal or a label; once for each."""
    request = CaseRequest(
        A.APPEAL, actor, by, note=reasons, evidence=tuple(evidence), files=tuple(files)
    )
    return act_on_case(case=case, request=request, key=key)


def reopen_case(
    *,
    case: CaseFile,
    member: Member,
    facts: str,
    evidence: Iterable[str] = (),
    files: Iterable[str] = (),
    key: Key,
) -> CaseFile:
    """The shopper brings new facts to a closed case; once, within its window."""
    request = CaseRequest(
        A.REOPEN, SHOPPER, member.user, note=facts, evidence=tuple(evidence), files=tuple(files)
    )
    return act_on_case(case=case, request=request, key=key)


def evaluate_case(
    *,
    case: CaseFile,
    member: Member,
    speed: int,
    fairness: int,
    result: int,
    resolved: str,
    text: str = "",
    key: Key,
) -> CaseFile:
    """What the shopper says of the handling: marks 1 to 5, `resolved` yes, partly or no; once for each closing."""
    marks: dict[str, Any] = {
        "speed": speed,
        "fairness": fairness,
        "result": result,
        "resolved": resolved,
    }
    request = CaseRequest(A.EVALUATE, SHOPPER, member.user, note=text, details=marks)
    return act_on_case(case=case, request=request, key=key)


def transfer_case(
    *,
    case: CaseFile,
    actor: CaseActor,
    by: ActingParty,
    authority: str,
    reference: str,
    note: str = "",
    key: Key,
) -> CaseFile:
    """The case goes on at 12315, the police or a court; its file can be taken along."""
    details = {"authority": authority, "reference": reference}
    request = CaseRequest(A.TRANSFER, actor, by, note=note, details=details)
    return act_on_case(case=case, request=request, key=key)

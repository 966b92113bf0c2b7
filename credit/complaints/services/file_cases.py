"""A shopper complains, or reports something; staff may enter a complaint for them."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from credit.complaints import procedures
from credit.complaints.case_posting.evidence import evidence_rows, file_rows, keep_evidence
from credit.complaints.case_posting.work import CaseWork
from credit.complaints.errors import CaseNotYours
from credit.complaints.machine.case import NEW_CASE, CaseAct, CaseFacts
from credit.complaints.machine.events import new_note_salt
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseFile, WalkIn
from credit.complaints.models.case_file import MOST_OPEN_FILINGS, OPEN_NAMES
from credit.complaints.queries.purchases import find_purchase
from credit.complaints.queries.repeats import complained_before
from credit.complaints.queries.timekeeping import timekeeping
from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member, User
from district.merchants.models import Store
from district.merchants.queries import is_operator


@dataclass(frozen=True, slots=True)
class Filing:
    """What a shopper says: of which store, what happened, what is wished. `receipt_no` names a purchase of the
    shopper in the district's books; without one the complaint is unverified and counts nothing for the score.
    """

    store: Store
    category: str
    description: str
    wish: str = ""
    amount_fen: int = 0
    receipt_no: str = ""
    anonymity: int = CaseFile.Anonymity.NAMED
    evidence: tuple[str, ...] = ()
    files: tuple[str, ...] = ()


@transaction.atomic
def file_case(
    *,
    member: Member,
    filing: Filing,
    key: Key,
    entered_by: User | None = None,
    is_from_wechat: bool = False,
) -> CaseFile:
    """A complaint about a store; `entered_by` is the operator who enters it for the shopper. One that came in by
    WeChat Pay takes no place among the three that a shopper may file: WeChat has taken it already.

    Raises CaseActRefused, CaseNotYours, EvidenceUnknown, EvidenceUsed, KeyReused, PurchaseHasOpenCase,
    PurchaseUnknown, TooManyOpenCases, TooMuchEvidence.
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    if entered_by is not None and not is_operator(entered_by):
        raise CaseNotYours
    procedures.lock_shopper(member.pk)
    receipt = find_purchase(member, filing.store.pk, filing.receipt_no)
    row = new_file(filing, CaseFile.Kind.COMPLAINT, member=member)
    open_cases = CaseFile.objects.filter(member=member, state__in=OPEN_NAMES)
    row.receipt = receipt
    row.filing_slot = None if is_from_wechat else free_slot(open_cases)
    if entered_by is not None:
        row.channel, row.entered_by = CaseFile.Channel.STAFF, entered_by
    elif is_from_wechat:
        row.channel = CaseFile.Channel.WECHAT_PAY
    facts = CaseFacts(
        # Those open again and those of a merged member took their place once.
        open_cases_of_shopper=(
            0 if is_from_wechat else open_cases.exclude(filing_slot=None).count()
        ),
        open_cases_of_purchase=open_cases.filter(receipt=receipt).count() if receipt else 0,
    )
    paid_fen = receipt and receipt.paid_fen - receipt.refunded_fen
    store_filing(row, filing, filing_details(row, filing, paid_fen), facts)
    store_result(key, row.pk)
    return row


@transaction.atomic
def tip_off(*, member: Member, filing: Filing, key: Key) -> CaseFile:
    """A shopper reports something about a store; the merchant never learns of it.

    Raises EvidenceUnknown, EvidenceUsed, KeyReused, TooMuchEvidence.
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    row = new_file(filing, CaseFile.Kind.TIP_OFF, member=member)
    row.anonymity = CaseFile.Anonymity.HIDDEN
    details = {"case_id": row.public_id, "category": filing.category}
    _store(row, CaseAction.TIP_OFF, filing, details, CaseFacts())
    store_result(key, row.pk)
    return row


def file_priority_case(
    *, filing: Filing, retaliation_of: CaseFile, entered_by: User | None
) -> CaseFile:
    """A complaint about what a merchant did because of another one, by its shopper; it takes no place and has no
    purchase.

    The caller holds the other case and has asked whether one is open. Raises CaseActRefused.
    """
    row = new_file(
        filing,
        CaseFile.Kind.COMPLAINT,
        member=retaliation_of.member,
        walk_in=retaliation_of.walk_in,
    )
    row.retaliation_of = retaliation_of
    if entered_by is not None:
        row.channel, row.entered_by = CaseFile.Channel.STAFF, entered_by
    details = {
        "case_id": row.public_id,
        "category": filing.category,
        "wish": filing.wish,
        "amount_fen": 0,
        "paid_fen": None,
        # Said when an officer asked on the phone.
        **({"told_by": "phone"} if row.walk_in_id else {}),
    }
    store_filing(row, filing, details, CaseFacts())
    return row


def new_file(
    filing: Filing,
    kind: CaseFile.Kind,
    *,
    member: Member | None = None,
    walk_in: WalkIn | None = None,
) -> CaseFile:
    """The row of a case that is not stored yet."""
    return CaseFile(
        kind=kind,
        member=member,
        walk_in=walk_in,
        store=filing.store,
        merchant_id=filing.store.merchant_id,
        category=filing.category,
        wish=filing.wish,
        amount_fen=filing.amount_fen,
        receipt_no=filing.receipt_no,
        anonymity=filing.anonymity,
        channel=CaseFile.Channel.MINI_PROGRAM,
    )


def filing_details(row: CaseFile, filing: Filing, paid_fen: int | None) -> dict[str, Any]:
    """What the first event of a complaint seals; `paid_fen` is None where no purchase is proven."""
    is_repeat = complained_before(row, clock.now())
    return {
        "case_id": row.public_id,
        "category": filing.category,
        "wish": filing.wish,
        "amount_fen": filing.amount_fen,
        "paid_fen": paid_fen,
        **({"purchase": filing.receipt_no} if filing.receipt_no else {}),
        **({"is_repeat": True} if is_repeat else {}),
    }


def store_filing(row: CaseFile, filing: Filing, details: dict[str, Any], facts: CaseFacts) -> None:
    """Write a complaint and its first event; who entered it for the shopper is on record.

    Raises CaseActRefused, PurchaseHasOpenCase, TooManyOpenCases.
    """
    _store(row, CaseAction.SUBMIT, filing, details, facts)
    if row.entered_by is not None:
        audit.record(
            by=row.entered_by, verb="enter_complaint", subject=f"complaints.casefile:{row.pk}"
        )


def _store(
    row: CaseFile,
    action: CaseAction,
    filing: Filing,
    details: dict[str, Any],
    facts: CaseFacts,
) -> None:
    """Write the case and its first event. Raises CaseActRefused, PurchaseHasOpenCase, TooManyOpenCases."""
    now = clock.now()
    row.filed_at = now
    person = row.entered_by or row.shopper.user
    evidence = evidence_rows(CaseActor.SHOPPER, filing.evidence, at=now)
    evidence += file_rows(row, CaseActor.SHOPPER, filing.files, owner=person, at=now)
    details |= {"store": filing.store.public_id, "anonymity": int(row.anonymity)}
    if evidence:
        details["evidence"] = [item.seal for item in evidence]
    act = CaseAct(
        action=action,
        actor=CaseActor.SHOPPER,
        at=now,
        person=str(person.pk),
        note=filing.description,
        note_salt=new_note_salt(),
        details=details,
    )
    work = CaseWork(row, NEW_CASE, timekeeping(), before=NEW_CASE)
    work.do(act, facts, person)
    with translate_database_errors():
        work.save(now)
        keep_evidence(row, evidence)


def free_slot(open_cases: "QuerySet[CaseFile]") -> int | None:
    """The lowest place that none of a shopper's open cases takes; None where all are taken."""
    used = set(open_cases.values_list("filing_slot", flat=True))
    return next((slot for slot in range(1, MOST_OPEN_FILINGS + 1) if slot not in used), None)

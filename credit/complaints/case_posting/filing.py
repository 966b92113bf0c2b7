"""The first event of a case: what is filed, by whom, and what of it is sealed."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from credit.complaints.case_posting.evidence import evidence_rows, file_rows, keep_evidence
from credit.complaints.case_posting.work import CaseWork
from credit.complaints.machine.case import NEW_CASE, CaseAct, CaseFacts
from credit.complaints.machine.events import new_note_salt
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseFile, WalkIn
from credit.complaints.models.case_file import MOST_OPEN_FILINGS
from credit.complaints.queries.repeats import complained_before
from credit.complaints.queries.timekeeping import timekeeping
from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import Member
from district.merchants.models import Store


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
    store_first_event(row, CaseAction.SUBMIT, filing, details, facts)
    if row.entered_by is not None:
        audit.record(
            by=row.entered_by, verb="enter_complaint", subject=f"complaints.casefile:{row.pk}"
        )


def store_first_event(
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

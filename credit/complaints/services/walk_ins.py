"""People who are no members: their complaints, the calls they get instead of notices, and the taking over by the
member whom one of them becomes.
"""

from dataclasses import replace
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from credit.complaints import procedures
from credit.complaints.case_posting.filing import (
    Filing,
    filing_details,
    free_slot,
    new_file,
    store_filing,
)
from credit.complaints.errors import CaseNotYours, NoticeUnknown, PurchaseUnknown
from credit.complaints.machine.case import CaseFacts
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseFile, CaseNotice, ContactCall, WalkIn
from credit.complaints.models.case_file import OPEN_NAMES
from credit.complaints.walk_in_sealing import (
    WalkInPerson,
    newest_master_version,
    read_person,
    seal_person,
)
from district.kernel import audit, clock
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.errors import AccountClosed
from district.members.models import Member, User
from district.merchants.queries import is_operator
from loyalty.queries import receipt_of

# As long as revenge may be reported: the person must be reached until then.
CONTACT_KEPT = timedelta(days=180)
_CHUNK = 200
_TRIES = 5


@transaction.atomic
def file_walk_in_case(
    *,
    person: WalkInPerson,
    filing: Filing,
    stated_by: str,
    by: User,
    key: Key,
    paper_paid_fen: int | None = None,
) -> CaseFile:
    """A complaint that an operator enters for a person who is no member. `paper_paid_fen` is what the paper receipt
    says that the officer has seen: it proves the purchase of `filing.receipt_no`, and is None where there is none.

    A receipt that the ledger knows counts with what the ledger says was paid.

    Raises CaseActRefused, CaseNotYours, KeyReused, PhoneNotSupported, PurchaseHasOpenCase, PurchaseUnknown (no number
    for a sum, or taken back whole), TooManyOpenCases.
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    if not is_operator(by):
        raise CaseNotYours
    walk_in = _locked_walk_in(person.normalised())
    paid_fen = _proven_fen(filing, paper_paid_fen)
    row = new_file(filing, CaseFile.Kind.COMPLAINT, walk_in=walk_in)
    open_cases = CaseFile.objects.filter(state__in=OPEN_NAMES)
    own = open_cases.filter(walk_in=walk_in)
    row.is_paper_proof = paid_fen is not None
    row.filing_slot = free_slot(own)
    row.channel, row.entered_by = CaseFile.Channel.STAFF, by
    same = open_cases.filter(
        store=filing.store, receipt_no=filing.receipt_no, paid_fen__isnull=False
    )
    facts = CaseFacts(
        open_cases_of_shopper=own.exclude(filing_slot=None).count(),
        open_cases_of_purchase=same.count() if row.is_paper_proof else 0,
    )
    details = filing_details(row, filing, paid_fen) | {"stated_by": stated_by}
    store_filing(row, filing, details, facts)
    store_result(key, row.pk)
    return row


@transaction.atomic
def record_call(
    *, case: CaseFile, last_notice: str, is_reached: bool, note: str, by: User, key: Key
) -> ContactCall:
    """An officer phoned the person of a case; who was reached has heard every notice up to `last_notice` (its id).

    Raises CaseNotYours (not an operator, or the case is a member's), KeyReused, NoticeUnknown.
    """
    if (earlier := claim_key(key)) is not None:
        return ContactCall.objects.get(pk=earlier)
    procedures.lock_case(case.pk)
    file = CaseFile.objects.get(pk=case.pk)
    if not is_operator(by) or file.walk_in_id is None:
        raise CaseNotYours
    notices = CaseNotice.objects.filter(case=file, audience=str(CaseActor.SHOPPER))
    notice = notices.filter(public_id=last_notice).first()
    if notice is None:
        raise NoticeUnknown
    call = ContactCall.objects.create(
        case=file, last_notice=notice, is_reached=is_reached, note=note, by=by, at=clock.now()
    )
    audit.record(
        by=by,
        verb="record_contact_call",
        subject=f"complaints.casefile:{file.pk}",
        is_reached=is_reached,
    )
    store_result(key, call.pk)
    return call


@transaction.atomic
def take_over_cases(*, member: Member) -> int:
    """Cases that were entered with the member's verified phone are the member's; how many. Again: none are left.

    They take no place among the three that the member may file. The contact is forgotten. Raises AccountClosed.
    """
    # Held against a merger of the member: what is taken over before it goes on to the other member with the rest.
    holder = Member.objects.locked(member.pk)
    if holder.closed_at is not None:
        raise AccountClosed
    if holder.phone_hash is None:
        return 0
    rows = WalkIn.objects.select_for_update(no_key=True)
    walk_in = rows.filter(contact_hash=holder.phone_hash, kind=WalkIn.Kind.PHONE).first()
    if walk_in is None:
        return 0
    cases = CaseFile.objects.filter(walk_in=walk_in).order_by("pk")
    numbers = list(cases.values_list("pk", flat=True))
    for pk in numbers:
        procedures.lock_case(pk)
    cases.update(member=holder, walk_in=None, filing_slot=None)
    walk_in.taken_by = holder
    _forget(walk_in)
    audit.record(
        verb="take_over_walk_in_cases",
        subject=f"complaints.walkin:{walk_in.pk}",
        actor=f"member:{holder.pk}",
        cases=numbers,
    )
    return len(numbers)


def forget_contacts() -> int:
    """Forget contacts whose last case ended 180 days ago, and seal those of an older master key anew; how many were
    forgotten. Can be stopped, repeated and run side by side.
    """
    count = 0
    while ids := list(_forgettable().values_list("pk", flat=True)[:_CHUNK]):
        count += _forget_some(ids)
    _seal_anew()
    return count


def _forgettable() -> "QuerySet[WalkIn]":
    before = clock.now() - CONTACT_KEPT
    live = CaseFile.objects.filter(walk_in=OuterRef("pk")).filter(
        Q(closed_at=None)
        | Q(closed_at__gt=before)
        | Q(windows_until__gt=clock.now())
        # Whose case was merged follows the other one.
        | Q(merged_into__isnull=False, merged_into__closed_at=None)
    )
    rows = WalkIn.objects.filter(~Exists(live), forgotten_at=None, came_at__lt=before)
    return rows.order_by("pk")


@transaction.atomic
def _forget_some(ids: list[int]) -> int:
    held = WalkIn.objects.select_for_update(no_key=True, skip_locked=True).filter(pk__in=ids)
    # Asked again of rows that are held: somebody may have come meanwhile.
    locked = list(held.order_by("pk").values_list("pk", flat=True))
    rows = list(_forgettable().filter(pk__in=locked))
    for row in rows:
        _forget(row)
    return len(rows)


@transaction.atomic
def _seal_anew() -> None:
    rows = WalkIn.objects.select_for_update(no_key=True, skip_locked=True)
    old = rows.filter(master_version__lt=newest_master_version()).order_by("pk")
    for row in old:
        person = read_person(row)
        if person is not None:
            seal_person(row, person)
            row.save(update_fields=["master_version", "sealed"])


def _forget(row: WalkIn) -> None:
    row.contact_hash = row.sealed = row.master_version = None
    row.forgotten_at = clock.now()
    row.save(update_fields=["contact_hash", "sealed", "master_version", "forgotten_at", "taken_by"])


def _locked_walk_in(person: WalkInPerson) -> WalkIn:
    """The row of a contact, held until this transaction ends; made where there is none. A name that is said now
    stands instead of the one before."""
    rows = WalkIn.objects.select_for_update(no_key=True)
    for _try in range(_TRIES):
        found = rows.filter(contact_hash=person.contact_hash, kind=person.kind).first()
        if found is not None:
            known = read_person(found)
            if known is None or (person.name and person.name != known.name):
                seal_person(
                    found, replace(person, name=person.name or (known.name if known else ""))
                )
                found.save(update_fields=["master_version", "sealed"])
            return found
        made = WalkIn(kind=person.kind, contact_hash=person.contact_hash, came_at=clock.now())
        seal_person(made, person)
        # Of two at once one is written; the loop finds it.
        WalkIn.objects.bulk_create([made], ignore_conflicts=True)
    raise NotFound


def _proven_fen(filing: Filing, paper_paid_fen: int | None) -> int | None:
    """What was paid, as the ledger knows it and else as the paper says; None where nothing is proven."""
    if paper_paid_fen is None:
        return None
    if not filing.receipt_no:
        raise PurchaseUnknown
    receipt = receipt_of(filing.store.pk, filing.receipt_no)
    if receipt is None:
        return paper_paid_fen
    if receipt.freed:
        raise PurchaseUnknown
    return int(receipt.paid_fen - receipt.refunded_fen)

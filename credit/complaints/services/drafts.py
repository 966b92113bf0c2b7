"""Complaints that are still being written: kept for a month, filed once."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.case_posting.filing import Filing
from credit.complaints.errors import DraftFiled, DraftIncomplete, TooManyDrafts
from credit.complaints.models import CaseFile, ComplaintDraft
from credit.complaints.models.drafts import MOST_DRAFTS
from credit.complaints.services.file_cases import file_case
from district.kernel import clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member
from district.merchants.models import Store

DRAFT_DAYS = 30


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What a draft has so far; an empty value is one that is still missing."""

    store: Store | None = None
    category: str = ""
    wish: str = ""
    amount_fen: int = 0
    receipt_no: str = ""
    anonymity: int = CaseFile.Anonymity.NAMED
    description: str = ""
    evidence: tuple[str, ...] = ()


@transaction.atomic
def begin_draft(*, member: Member, content: DraftContent, key: Key) -> ComplaintDraft:
    """A new draft of the shopper, kept for `DRAFT_DAYS` days. Raises KeyReused, TooManyDrafts (five are open)."""
    if (earlier := claim_key(key)) is not None:
        return _found(ComplaintDraft.objects.filter(pk=earlier).first())
    procedures.lock_shopper(member.pk)
    open_drafts = ComplaintDraft.objects.filter(member=member, case=None)
    used = set(open_drafts.values_list("slot", flat=True))
    free = [slot for slot in range(1, MOST_DRAFTS + 1) if slot not in used]
    if not free or open_drafts.count() >= MOST_DRAFTS:
        raise TooManyDrafts
    draft = ComplaintDraft(member=member, slot=free[0])
    _write(draft, content)
    with translate_database_errors():
        draft.save(force_insert=True)
    store_result(key, draft.pk)
    return draft


@transaction.atomic
def save_draft(*, member: Member, draft: str, content: DraftContent) -> ComplaintDraft:
    """The draft says this now, and its month begins again. Raises DraftFiled, NotFound."""
    row = _locked(member, draft)
    if row.case_id is not None:
        raise DraftFiled
    _write(row, content)
    row.save()
    return row


@transaction.atomic
def delete_draft(*, member: Member, draft: str) -> None:
    """The draft goes for good. Raises DraftFiled, NotFound."""
    row = _locked(member, draft)
    if row.case_id is not None:
        raise DraftFiled
    row.delete()


@transaction.atomic
def file_draft(*, member: Member, draft: str, key: Key) -> CaseFile:
    """File what the draft says, once; the draft keeps the case and none of its words.

    Raises DraftFiled, DraftIncomplete, KeyReused, NotFound, and what `file_case` raises.
    """
    if (earlier := claim_key(key)) is not None:
        return CaseFile.objects.get(pk=earlier)
    row = _locked(member, draft)
    if row.case_id is not None:
        raise DraftFiled
    missing = [name for name in ("store", "category", "wish", "description") if not _of(row, name)]
    if missing:
        raise DraftIncomplete(missing=missing)
    assert row.store is not None
    filing = Filing(
        store=row.store,
        category=row.category,
        description=row.description,
        wish=row.wish,
        amount_fen=row.amount_fen,
        receipt_no=row.receipt_no,
        anonymity=row.anonymity,
        evidence=tuple(row.evidence),
    )
    # The caller's key is of this verb; the case has one of its own, which no one else can have.
    case = file_case(member=member, filing=filing, key=Key.of("complaint_draft", row.public_id))
    _write(row, DraftContent())
    row.case, row.slot = case, None
    with translate_database_errors():
        row.save()
    store_result(key, case.pk)
    return case


@transaction.atomic
def clear_drafts() -> int:
    """Drafts that were not filed within their month go; how many. Again: none are left."""
    return ComplaintDraft.objects.filter(case=None, expires_at__lte=clock.now()).delete()[0]


def move_drafts(*, source: int, into: int) -> int:
    """What one member wrote is another's who turned out to be the same person; how many moved. They take no slot."""
    return ComplaintDraft.objects.filter(member=source).update(member=into, slot=None)


def _write(draft: ComplaintDraft, content: DraftContent) -> None:
    values: dict[str, Any] = {name: getattr(content, name) for name in asdict(DraftContent())}
    values["evidence"] = list(content.evidence)
    for name, value in values.items():
        setattr(draft, name, value)
    draft.saved_at = clock.now()
    draft.expires_at = draft.saved_at + timedelta(days=DRAFT_DAYS)


def _of(draft: ComplaintDraft, name: str) -> Any:
    return draft.store_id if name == "store" else getattr(draft, name)


def _locked(member: Member, public_id: str) -> ComplaintDraft:
    procedures.lock_shopper(member.pk)
    rows = ComplaintDraft.objects.select_for_update(no_key=True, of=("self",))
    return _found(rows.filter(member=member, public_id=public_id).first())


def _found(draft: ComplaintDraft | None) -> ComplaintDraft:
    if draft is None:
        raise NotFound
    return draft

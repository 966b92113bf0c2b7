"""A shopper complains, or reports something; staff may enter a complaint for them."""

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.case_posting.filing import (
    Filing,
    filing_details,
    free_slot,
    new_file,
    store_filing,
    store_first_event,
)
from credit.complaints.errors import CaseNotYours
from credit.complaints.machine.case import CaseFacts
from credit.complaints.machine.words import CaseAction
from credit.complaints.models import CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from credit.complaints.queries.purchases import find_purchase
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import Member, User
from district.merchants.queries import is_operator


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
    store_first_event(row, CaseAction.TIP_OFF, filing, details, CaseFacts())
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
        **({"stated_by": "phone"} if row.walk_in_id else {}),
    }
    store_filing(row, filing, details, CaseFacts())
    return row

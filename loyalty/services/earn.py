"""Earning: a purchase at any merchant of the alliance gives points at that merchant's terms."""

from dataclasses import replace
from datetime import datetime

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, earlier_answer
from district.kernel.postgres import known_row
from district.members.models import Member
from district.merchants.models import Store
from loyalty import granting, ledger, queries, refused
from loyalty.errors import BillAlreadyEarned, ReceiptAlreadyPosted, TermsChanged
from loyalty.models import PointsAccount, Receipt, Transfer
from loyalty.services.match_refunds import match_refunds_of


def earn_points(
    *, store: Store, member: Member, bill: ledger.Bill, actor: str, key: Key
) -> Receipt:
    """Post a receipt and grant what it is worth at the terms of the hour it was paid.

    The points live until the start of a Shanghai day, the terms' number of months from now on, and
    wait first where the terms say so. Above a ceiling they wait for a person (`approve_earning`,
    `refuse_earning`); the till is not refused. A merchant whose prefund has run out grants at the alliance's
    rate and expense. Refunds that came before their receipt are posted behind it. Repeating the
    key, with the same terms, gives the first answer even after the terms changed. What the
    transfer tells as `balance_after` is the balance when all of this was done.

    Raises AccountMerged, BillAlreadyEarned, KeyReused, NoTerms, ReceiptAlreadyPosted,
    ReceiptFromTheFuture, ReceiptTooOld.
    """
    at = clock.now()
    place = ledger.Place(merchant=store.merchant_id, store=store.pk, actor=actor)
    bill = replace(bill, fingerprint=granting.fingerprint_of(store.pk, bill))
    try:
        granting.require_recent(bill.paid_at, bill.told_at or at)
        grant = granting.grant_of(store.merchant_id, bill, at)
    except DomainError as refusal:
        return _as_read(earlier_answer(key, refusal))
    try:
        try:
            posted = ledger.earn(
                member=member.pk, place=place, bill=bill, grant=grant, key=key, at=at
            )
        except TermsChanged:
            grant = granting.grant_of(store.merchant_id, bill, at, fresh=True)
            posted = ledger.earn(
                member=member.pk, place=place, bill=bill, grant=grant, key=key, at=at
            )
    except (BillAlreadyEarned, ReceiptAlreadyPosted):
        refused.tell(refused.RefusedBill(member=member.pk, place=place, bill=bill, at=at))
        raise
    if posted.repeated:
        return _as_read(posted.receipt)
    if posted.waiting and match_refunds_of(store=store.pk, receipt_no=bill.receipt_no):
        return _as_read(posted.receipt)
    return _as_written(posted, store=store, member=member, bill=bill, grant=grant, at=at)


def _as_read(pk: int) -> Receipt:
    receipt = queries.receipts().get(pk=pk)
    if receipt.transfer is not None:
        after = queries.balance_after_receipt(receipt)
        receipt.transfer.balance_after = after  # type: ignore[attr-defined]
    return receipt


def _as_written(
    posted: ledger.Posted,
    *,
    store: Store,
    member: Member,
    bill: ledger.Bill,
    grant: ledger.Grant,
    at: datetime,
) -> Receipt:
    """The receipt just posted with all that its answer shows, without reading it back."""
    account = known_row(PointsAccount, member_id=member.pk)
    account.member = member
    receipt = known_row(
        Receipt,
        id=posted.receipt,
        account_id=member.pk,
        merchant_id=store.merchant_id,
        store_id=store.pk,
        receipt_no=bill.receipt_no,
        paid_fen=bill.paid_fen,
        granted=posted.granted,
        repaid=posted.repaid,
        terms_id=grant.terms,
        transfer_id=posted.entry and posted.entry.pk,
        paid_at=bill.paid_at,
        at=at,
    )
    receipt.account, receipt.store = account, store
    if posted.review is None:
        # Known without asking: nothing of it waits for a person.
        receipt._state.fields_cache["review"] = None
    if posted.entry is not None:
        receipt.transfer = known_row(
            Transfer,
            id=posted.entry.pk,
            public_id=posted.entry.public_id,
            kind=Transfer.Kind.EARN,
            account_id=member.pk,
            seq=posted.entry.seq,
            points=posted.granted,
            available_after=posted.entry.available,
            balance_after=posted.entry.available - posted.repaid,
            reverses_id=None,
            at=at,
        )
    return receipt

"""Earning: a purchase at any merchant of the alliance gives points at that merchant's terms."""

from datetime import datetime, timedelta

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, earlier_answer
from district.kernel.postgres import known_row
from district.members.models import Member
from district.merchants.models import Store
from loyalty import ledger, queries, rules
from loyalty.errors import ReceiptFromTheFuture, ReceiptTooOld
from loyalty.models import PointsAccount, Receipt, Transfer

# How far a till's clock may run ahead, and how late a till that was offline may still post.
CLOCK_SKEW = timedelta(minutes=5)
OLDEST = timedelta(days=31)


def earn_points(
    *, store: Store, member: Member, bill: ledger.Bill, actor: str, key: Key
) -> Receipt:
    """Post a receipt and grant what it is worth at the terms of the hour it was paid.

    The points live until the start of a Shanghai day, the terms' number of months from now on.
    Repeating the key, with the same terms, gives the first answer even after the terms changed.

    Raises KeyReused, NoTerms, ReceiptAlreadyPosted, ReceiptFromTheFuture, ReceiptTooOld.
    """
    at = clock.now()
    place = ledger.Place(merchant=store.merchant_id, store=store.pk, actor=actor)
    try:
        _require_recent(bill.paid_at, at)
        grant = _grant_of(store.merchant_id, bill, at)
    except DomainError as refusal:
        return queries.receipts().get(pk=earlier_answer(key, refusal))
    posted = ledger.earn(member=member.pk, place=place, bill=bill, grant=grant, key=key, at=at)
    if posted.repeated:
        return queries.receipts().get(pk=posted.receipt)
    return _as_written(posted, store=store, member=member, bill=bill, grant=grant, at=at)


def _require_recent(paid_at: datetime, at: datetime) -> None:
    if paid_at > at + CLOCK_SKEW:
        raise ReceiptFromTheFuture(server_time=at.astimezone(clock.SHANGHAI).isoformat())
    if paid_at < at - OLDEST:
        raise ReceiptTooOld(days=OLDEST.days)


def _grant_of(merchant: int, bill: ledger.Bill, at: datetime) -> ledger.Grant:
    terms = queries.terms_of(merchant, bill.paid_at)
    return ledger.Grant(
        points=rules.points_for(
            bill.paid_fen, earn_points=terms.earn_points, earn_per_fen=terms.earn_per_fen
        ),
        price_milli_fen=terms.price_milli_fen,
        expires_at=rules.expiry_of(at, months=terms.validity_months),
        terms=terms.pk,
    )


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
        granted=grant.points,
        terms_id=grant.terms,
        transfer_id=posted.entry and posted.entry.pk,
        paid_at=bill.paid_at,
        at=at,
    )
    receipt.account, receipt.store = account, store
    if posted.entry is not None:
        receipt.transfer = known_row(
            Transfer,
            id=posted.entry.pk,
            public_id=posted.entry.public_id,
            kind=Transfer.Kind.EARN,
            account_id=member.pk,
            seq=posted.entry.seq,
            points=grant.points,
            available_after=posted.entry.available,
            reverses_id=None,
            at=at,
        )
    return receipt

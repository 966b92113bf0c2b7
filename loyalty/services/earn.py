"""Earning: a purchase at any merchant of the alliance gives points at that merchant's terms."""

from dataclasses import replace
from datetime import datetime, timedelta

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, earlier_answer
from district.kernel.postgres import known_row
from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import Store
from loyalty import ledger, queries, rules
from loyalty.errors import ReceiptFromTheFuture, ReceiptTooOld
from loyalty.models import PointsAccount, Receipt, Transfer
from loyalty.services.match_refunds import match_refunds_of

# How far a till's clock may run ahead, and how late a till that was offline may still post.
CLOCK_SKEW = timedelta(minutes=5)
OLDEST = timedelta(days=31)


def earn_points(
    *, store: Store, member: Member, bill: ledger.Bill, actor: str, key: Key
) -> Receipt:
    """Post a receipt and grant what it is worth at the terms of the hour it was paid.

    The points live until the start of a Shanghai day, the terms' number of months from now on, and
    wait first where the terms say so. A merchant whose prefund has run out grants at the alliance's
    rate and expense. Refunds that came before their receipt are posted behind it. Repeating the
    key, with the same terms, gives the first answer even after the terms changed.

    Raises AccountMerged, BillAlreadyEarned, KeyReused, NoTerms, ReceiptAlreadyPosted,
    ReceiptFromTheFuture, ReceiptTooOld.
    """
    at = clock.now()
    place = ledger.Place(merchant=store.merchant_id, store=store.pk, actor=actor)
    try:
        require_recent(bill.paid_at, at)
        grant = grant_of(store.merchant_id, bill, at)
    except DomainError as refusal:
        return queries.receipts().get(pk=earlier_answer(key, refusal))
    bill = replace(bill, fingerprint=fingerprint_of(store.pk, bill))
    posted = ledger.earn(member=member.pk, place=place, bill=bill, grant=grant, key=key, at=at)
    if posted.repeated:
        return queries.receipts().get(pk=posted.receipt)
    if posted.waiting:
        match_refunds_of(store=store.pk, receipt_no=bill.receipt_no)
    return _as_written(posted, store=store, member=member, bill=bill, grant=grant, at=at)


def require_recent(paid_at: datetime, at: datetime) -> None:
    """Raises ReceiptFromTheFuture, ReceiptTooOld."""
    if paid_at > at + CLOCK_SKEW:
        raise ReceiptFromTheFuture(server_time=at.astimezone(clock.SHANGHAI).isoformat())
    if paid_at < at - OLDEST:
        raise ReceiptTooOld(days=OLDEST.days)


def fingerprint_of(store: int, bill: ledger.Bill) -> bytes:
    """What marks this purchase, whichever way it is told."""
    return rules.bill_fingerprint(
        store=store, receipt_no=bill.receipt_no, paid_fen=bill.paid_fen, paid_at=bill.paid_at
    )


def grant_of(merchant: int, bill: ledger.Bill, at: datetime) -> ledger.Grant:
    """What a bill earns at a merchant by the terms of its hour. Raises NoTerms."""
    terms = queries.terms_of(merchant, bill.paid_at)
    return ledger.Grant(
        points=rules.points_for(
            bill.paid_fen, earn_points=terms.earn_points, earn_per_fen=terms.earn_per_fen
        ),
        rate_points=terms.earn_points,
        rate_per_fen=terms.earn_per_fen,
        price_milli_fen=terms.price_milli_fen,
        active_from=rules.active_from(at, pending_days=terms.pending_days),
        expires_at=rules.expiry_of(at, months=terms.validity_months),
        terms=terms.pk,
        brake=_brake_of(bill, at) if terms.prefunded else None,
    )


def _brake_of(bill: ledger.Bill, at: datetime) -> ledger.Brake:
    alliance = queries.rules_at(at)
    rate = (alliance.brake_points, alliance.brake_per_fen)
    return ledger.Brake(
        issuer=merchants.alliance_party().pk,
        points=rules.points_for(bill.paid_fen, earn_points=rate[0], earn_per_fen=rate[1]),
        rate_points=rate[0],
        rate_per_fen=rate[1],
        price_milli_fen=alliance.brake_price_milli_fen,
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
        granted=posted.granted,
        repaid=posted.repaid,
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
            points=posted.granted,
            available_after=posted.entry.available,
            reverses_id=None,
            at=at,
        )
    return receipt

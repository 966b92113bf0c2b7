"""Earning: a purchase at any merchant of the alliance gives points at that merchant's terms."""

from datetime import datetime, timedelta

from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, earlier_answer
from district.members.models import Member
from district.merchants.models import Store
from loyalty import ledger, queries, rules
from loyalty.errors import ReceiptFromTheFuture, ReceiptTooOld
from loyalty.models import Receipt

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
        pk = earlier_answer(key, refusal)
    else:
        pk = ledger.earn(member=member.pk, place=place, bill=bill, grant=grant, key=key, at=at)
    return queries.receipts().get(pk=pk)


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

"""What a bill earns: the terms of its hour turned into what the ledger posts.

Single receipts and batches ask the same questions here.
"""

from datetime import datetime, timedelta

from district.kernel import clock
from district.merchants import services as merchants
from loyalty import ledger, queries, rules
from loyalty.errors import ReceiptFromTheFuture, ReceiptTooOld

# How far a till's clock may run ahead, and how late a till that was offline may still post.
CLOCK_SKEW = timedelta(minutes=5)
OLDEST = timedelta(days=31)


def require_recent(paid_at: datetime, at: datetime) -> None:
    """Raises ReceiptFromTheFuture, ReceiptTooOld."""
    if paid_at > at + CLOCK_SKEW:
        raise ReceiptFromTheFuture(server_time=at.astimezone(clock.SHANGHAI).isoformat())
    if paid_at < at - OLDEST:
        raise ReceiptTooOld(days=OLDEST.days)


def fingerprint_of(store: int, bill: ledger.Bill) -> bytes:
    """What marks this purchase, whoever tells it with this number."""
    return rules.bill_fingerprint(
        store=store,
        receipt_no=bill.receipt_no,
        paid_fen=bill.paid_fen,
        paid_at=bill.paid_at,
        apart=bill.apart,
    )


def grant_of(
    merchant: int, bill: ledger.Bill, at: datetime, *, fresh: bool = False
) -> ledger.Grant:
    """What a bill earns at a merchant by the terms of its hour, see `terms_of`. Raises NoTerms."""
    return grant_by(queries.terms_of(merchant, bill.paid_at, fresh=fresh), bill, at)


def grant_by(terms: queries.TermsInForce, bill: ledger.Bill, at: datetime) -> ledger.Grant:
    """What a bill earns by these terms when it is posted at an instant."""
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

"""What a bill earns: the terms of its hour turned into what the ledger posts.

Single receipts and batches ask the same questions here.
"""

from datetime import datetime, timedelta

from district.kernel import clock
from district.merchants import services as merchants
from loyalty import arithmetic, queries, values
from loyalty.errors import ReceiptFromTheFuture, ReceiptTooOld

# How far a till's clock may run ahead, and how late a till that was offline may still post.
MAX_CLOCK_SKEW = timedelta(minutes=5)
MAX_RECEIPT_AGE = timedelta(days=31)


def require_recent(paid_at: datetime, at: datetime) -> None:
    """Raises ReceiptFromTheFuture, ReceiptTooOld."""
    if paid_at > at + MAX_CLOCK_SKEW:
        raise ReceiptFromTheFuture(server_time=at.astimezone(clock.SHANGHAI).isoformat())
    if paid_at < at - MAX_RECEIPT_AGE:
        raise ReceiptTooOld(days=MAX_RECEIPT_AGE.days)


def fingerprint_of(store: int, purchase: values.ReportedPurchase) -> bytes:
    """What identifies this purchase, whoever reports it with this number."""
    return arithmetic.purchase_fingerprint(
        store=store,
        receipt_no=purchase.receipt_no,
        paid_fen=purchase.paid_fen,
        paid_at=purchase.paid_at,
        distinct_as=purchase.distinct_as,
    )


def grant_of(
    merchant: int, purchase: values.ReportedPurchase, at: datetime, *, fresh: bool = False
) -> values.Grant:
    """What a bill earns at a merchant by the terms of its hour, see `terms_of`. Raises NoTerms."""
    return grant_under_terms(
        queries.terms_of(merchant, purchase.paid_at, fresh=fresh), purchase, at
    )


def grant_under_terms(
    terms: queries.TermsInForce, purchase: values.ReportedPurchase, at: datetime
) -> values.Grant:
    """What a bill earns by these terms when it is posted at an instant."""
    return values.Grant(
        points=arithmetic.points_for(
            purchase.paid_fen, earn_points=terms.earn_points, earn_per_fen=terms.earn_per_fen
        ),
        rate_points=terms.earn_points,
        rate_per_fen=terms.earn_per_fen,
        price_milli_fen=terms.price_milli_fen,
        active_from=arithmetic.active_from(at, pending_days=terms.pending_days),
        expires_at=arithmetic.expiry_of(at, months=terms.validity_months),
        terms=terms.pk,
        fallback=_fallback_of(purchase, at) if terms.prefunded else None,
    )


def _fallback_of(purchase: values.ReportedPurchase, at: datetime) -> values.Fallback:
    alliance = queries.alliance_policy_at(at)
    rate = (alliance.fallback_points, alliance.fallback_per_fen)
    return values.Fallback(
        issuer=merchants.alliance_party().pk,
        points=arithmetic.points_for(purchase.paid_fen, earn_points=rate[0], earn_per_fen=rate[1]),
        rate_points=rate[0],
        rate_per_fen=rate[1],
        price_milli_fen=alliance.fallback_price_milli_fen,
    )

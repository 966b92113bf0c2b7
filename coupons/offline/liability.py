"""What the alliance owes for conflicts it bears."""

from coupons.offline.models import RedemptionConflict
from district.merchants.services import alliance_party
from loyalty.settlement.services import book_charge


def book_liability(conflict: RedemptionConflict) -> None:
    """The alliance owes the merchant what it bears of a conflict; in the caller's transaction."""
    if conflict.fen:
        book_charge(
            source="coupon_conflict",
            reference=conflict.public_id,
            payer=alliance_party().pk,
            payee=conflict.merchant_id,
            fen=conflict.fen,
        )

"""What the alliance owes for conflicts it bears."""

from coupons.offline.models import RedemptionConflict
from district.kernel import clock
from district.kernel.database.postgres import call
from district.merchants.services import alliance_party


def book_liability(conflict: RedemptionConflict) -> None:
    """The alliance owes the merchant what it bears of a conflict; in the caller's transaction."""
    if conflict.fen:
        call(
            "settlement_book",
            *("coupon_conflict", conflict.public_id, alliance_party().pk),
            *(conflict.merchant_id, conflict.fen, clock.now()),
        )

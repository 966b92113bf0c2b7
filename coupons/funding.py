"""Who is named to bear a version's cost: parties with basis points, without a party whoever redeems."""

from collections.abc import Sequence

from coupons.engine.funding import WHOLE
from district.merchants.models import Merchant

Payers = Sequence[tuple[Merchant | None, int]]


def completed(payers: Payers, merchant: Merchant | None) -> Payers:
    """The same with what nobody promised of a merchant's coupon added to that merchant's own part.

    A platform coupon (no merchant) stays as it is: its rest is the alliance's.
    """
    rest = WHOLE - sum(bp for _party, bp in payers)
    if merchant is None or rest <= 0:
        return payers
    own = rest + sum(bp for party, bp in payers if party == merchant)
    return [*((party, bp) for party, bp in payers if party != merchant), (merchant, own)]

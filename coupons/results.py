"""What getting and redeeming coupons come to: the same plain values for the first call of a key and for
those that repeat it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """What each coupon of a version shows of it; `merchant` by its name, None: of the whole alliance."""

    pk: int
    public_id: str
    kind: str
    name: str
    merchant: str | None


@dataclass(frozen=True, slots=True)
class CouponResult:
    """A coupon in a member's hands, as it is stored; `version` by its number, `leased_to` by its name."""

    pk: int
    public_id: str
    version: int
    source: str
    state: str
    valid_from: datetime
    valid_until: datetime
    uses_left: int
    value_left_fen: int | None
    leased_to: str | None
    leased_until: datetime | None
    given_at: datetime | None
    claimed_at: datetime


@dataclass(frozen=True, slots=True)
class FundingShare:
    """What a party, by its public id, bears of a redemption now, in fen."""

    party: str
    name: str
    fen: int


@dataclass(frozen=True, slots=True)
class RedeemedCoupon:
    """A coupon used on a bill, in fen; `coupon` is its public id, `version` the number of its terms, and
    `funding` what its payers bear, parts that came back taken off."""

    pk: int
    public_id: str
    coupon: str
    version: int
    name: str
    bill_no: str
    discount_fen: int
    cost_fen: int
    funding: tuple[FundingShare, ...]
    at: datetime
    reversed_at: datetime | None


@dataclass(frozen=True, slots=True)
class RedemptionResult:
    """What a till's request came to; `bill_discount_fen` is all that is off the bill now, by other requests
    too."""

    pk: int
    request_no: str
    bill_no: str
    bill_fen: int
    bill_discount_fen: int
    redemptions: tuple[RedeemedCoupon, ...]

    @property
    def discount_fen(self) -> int:
        return sum(redemption.discount_fen for redemption in self.redemptions)


def funding_shares(parts: Iterable[tuple[str, str, int]]) -> tuple[FundingShare, ...]:
    """Parts (public id and name of a party, fen) added up for each party; without those that bear nothing."""
    sums: dict[tuple[str, str], int] = {}
    for party, name, fen in parts:
        sums[party, name] = sums.get((party, name), 0) + fen
    return tuple(FundingShare(party, name, fen) for (party, name), fen in sums.items() if fen)

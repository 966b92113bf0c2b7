"""What merchants grant for a payment and owe for a point, and how long points live."""

from dataclasses import dataclass, replace
from random import Random


@dataclass(frozen=True)
class PlannedTerms:
    """Terms from the start of a day of the year on; negative days lie before the year."""

    since: int
    earn_points: int
    earn_per_fen: int
    price_milli_fen: int
    validity_months: int

    def points_for(self, paid_fen: int) -> int:
        return paid_fen * self.earn_points // self.earn_per_fen


# Points for every so many fen, the price of a point in thousandths of a fen, months of life.
_USUAL: dict[str, tuple[int, int, int, int]] = {
    "food": (1, 100, 1000, 24),
    "drinks": (2, 100, 900, 12),
    "goods": (1, 100, 1000, 24),
    "pricey": (1, 500, 1000, 36),
    "grocer": (1, 200, 800, 24),
}
SHORT_VALIDITY_MONTHS = (1, 2, 3, 6)


def usual_terms(kind: str, since: int, chance: Random) -> PlannedTerms:
    """The trade's terms, with a price of the merchant's own."""
    points, per_fen, price, months = _USUAL[kind]
    own_price = price + 50 * chance.choice((-2, -1, 0, 0, 0, 1, 2))
    return PlannedTerms(since, points, per_fen, own_price, months)


def with_short_validity(terms: PlannedTerms, chance: Random) -> PlannedTerms:
    """More points, but they want to be used soon."""
    return replace(
        terms,
        earn_points=terms.earn_points * 2,
        validity_months=chance.choice(SHORT_VALIDITY_MONTHS),
    )


def with_better_terms(terms: PlannedTerms, since: int, chance: Random) -> PlannedTerms:
    """What the merchant offers after thinking again: more generous, or cheaper."""
    if chance.random() < 0.6:  # noqa: PLR2004
        return replace(terms, since=since, earn_points=terms.earn_points * 2)
    return replace(
        terms,
        since=since,
        price_milli_fen=terms.price_milli_fen - 100,
        validity_months=terms.validity_months + 12,
    )

"""What a version may cost in all, and what a bill with one of its coupons comes to, before it is given out."""

from dataclasses import dataclass

from coupons.engine.benefits import AppliesTo
from coupons.engine.funding import REDEEMER, split
from coupons.engine.terms import Terms
from coupons.models import TemplateVersion
from coupons.queries.versions import terms_of_row, version_terms_from_row
from district.merchants.models import Merchant

# A bill without a threshold, in fen: large enough that every discount is whole.
_USUAL_FEN = 10_000
_TIMES = 5


@dataclass(frozen=True, slots=True)
class Exposure:
    """Fen: the most one coupon may cost over all its uses, and all of a version together (None: no end)."""

    each_fen: int
    most_fen: int | None


@dataclass(frozen=True, slots=True)
class Example:
    """One bill with one coupon of a version, in fen; `parts` are payers by name, None for the redeemer."""

    bill_fen: int
    discount_fen: int
    cost_fen: int
    parts: tuple[tuple[str | None, int], ...]


def exposure_of(version: TemplateVersion) -> Exposure:
    """What a version may cost: its stock times the most of a coupon, never more than its budget."""
    coupon_fen = terms_of_row(version).reserve_fen
    ends = [end for end in (version.budget_fen,) if end is not None]
    if version.stock is not None:
        ends.append(version.stock * coupon_fen)
    return Exposure(coupon_fen, 0 if not coupon_fen else min(ends, default=None))


def examples_of(version: TemplateVersion) -> list[Example]:
    """Two worked bills of a submitted version: one that just reaches the threshold, and one five times
    as large; none for what is used on stays alone, whose cost only a stay determines."""
    terms = version_terms_from_row(version)
    if AppliesTo.BILL not in terms.benefit.applies_to:
        return []
    parties = {share.party for share in terms.shares} | {terms.rest_to}
    names: dict[int, str | None] = {REDEEMER: None}
    names |= dict(Merchant.objects.filter(pk__in=parties).values_list("pk", "name"))
    least = version.threshold_fen or max(version.face_fen, _USUAL_FEN)
    return [_example(terms, names, fen) for fen in (least, least * _TIMES)]


def _example(terms: Terms, names: dict[int, str | None], bill_fen: int) -> Example:
    benefit = terms.benefit
    discount = benefit.discount(bill_fen)
    cost = benefit.cost_fen(discount)
    parts = split(cost, terms.shares, terms.rest_to)
    return Example(
        bill_fen,
        discount,
        cost,
        tuple((names.get(party), fen) for party, fen in parts.items() if fen),
    )

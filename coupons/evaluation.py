"""What coupons are worth on a bill at a counter: read once, evaluated by the pure rules."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from coupons.engine import funding, stacking, wording
from coupons.engine.benefits import FreeParking
from coupons.engine.bill import Bill, BillLine
from coupons.engine.eligibility import Eligibility, check_eligibility
from coupons.engine.reasons import Reason
from coupons.engine.stacking import DiscountLine, StackingCandidate
from coupons.queries import VersionTerms, version_terms
from coupons.queries.counter import BillState, CounterCoupon, CounterSnapshot, party_names
from coupons.queries.places import nearby_stores
from coupons.texts import place_in_words
from district.kernel.calendar.workdays import is_workday

# Of what lies on a bill already nobody asks when it ends.
_ANY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReportedBill:
    """A bill as the till reports it, before any coupon: fen, and lines as (fen, product code)."""

    bill_no: str
    fen: int
    lines: tuple[tuple[int, str], ...] = ()

    @property
    def bill(self) -> Bill:
        return Bill(self.fen, tuple(BillLine(fen, product) for fen, product in self.lines))


@dataclass(frozen=True, slots=True)
class Evaluation:
    """A coupon on the bill: what it would take off beside those that lie there already, or why not."""

    card: CounterCoupon
    terms: VersionTerms
    bill: Bill
    eligibility: Eligibility

    @property
    def candidate(self) -> StackingCandidate:
        return candidate_of(
            self.terms,
            self.bill,
            code=self.card.public_id,
            discount_fen=self.eligibility.discount_fen,
            until=self.card.held.valid_until,
        )

    @property
    def cost_fen(self) -> int:
        """What its payers owe the merchant when nothing is cut: of a gift its value."""
        benefit = self.terms.usage.benefit
        return self.eligibility.discount_fen if benefit.on_a_bill else benefit.max_cost_fen()


@dataclass(frozen=True, slots=True)
class BillEvaluation:
    """What was seen at the counter: the coupons as evaluated, and the bill with what lies on it."""

    evaluations: tuple[Evaluation, ...]
    bill_state: BillState
    bill: Bill

    @property
    def before_fen(self) -> int:
        """What is to pay before the coupons that were evaluated."""
        return self.bill_state.fen - self.bill_state.discount_fen

    @property
    def candidates_on_bill(self) -> tuple[StackingCandidate, ...]:
        """What lies on the bill already, with what it took off."""
        return candidates_on_bill(self.bill_state, self.bill)


def evaluate_bill(
    *,
    store: int,
    reported_bill: ReportedBill,
    found: CounterSnapshot,
    cards: Sequence[CounterCoupon],
    at: datetime,
) -> BillEvaluation:
    """Evaluate each coupon alone, and by what lies on the bill already, as they were found there."""
    # A number means one amount: of a bill that was reported before it is the one of then.
    bill = Bill(found.bill.fen, reported_bill.bill.lines)
    lies = candidates_on_bill(found.bill, bill)
    evaluations = []
    for card in cards:
        terms = version_terms(card.version)
        # Its benefit is a matter of stays, which a bill at a counter has none of.
        if isinstance(terms.usage.benefit, FreeParking):
            eligibility = Eligibility(0, 0, (Reason("only_for_parking"),))
        else:
            eligibility = check_eligibility(
                card.held, terms.usage, reported_bill.bill, found.counter, at, is_workday
            )
        evaluation = Evaluation(card, terms, bill, eligibility)
        evaluations.append(
            _with_bill(evaluation, lies) if eligibility.usable and lies else evaluation
        )
    return BillEvaluation(_with_other_stores(evaluations, store, at), found.bill, bill)


def _with_bill(evaluation: Evaluation, lies: Sequence[StackingCandidate]) -> Evaluation:
    """The same by what lies on the bill: whether it may join, and what is left of its goods."""
    eligibility = evaluation.eligibility
    if not all(stacking.can_stack(evaluation.candidate, other) for other in lies):
        refused = Eligibility(0, eligibility.eligible_fen, (Reason("not_beside_another"),))
        return replace(evaluation, eligibility=refused)
    if not evaluation.terms.usage.benefit.on_a_bill:
        return evaluation
    (step,) = stacking.combined(evaluation.bill, [evaluation.candidate], lies)
    # Its goods are paid already; it would be used up for nothing.
    reasons = () if step.discount_fen else (Reason("no_eligible_items"),)
    return replace(
        evaluation,
        eligibility=replace(eligibility, discount_fen=step.discount_fen, reasons=reasons),
    )


def candidates_on_bill(bill_state: BillState, bill: Bill) -> tuple[StackingCandidate, ...]:
    """What lies on a bill already, as the stacking rules see it, by the lines reported now."""
    return tuple(
        candidate_of(version_terms(version), bill, discount_fen=fen, until=_ANY)
        for version, fen in bill_state.uses
    )


def _with_other_stores(
    evaluations: Sequence[Evaluation], store: int, at: datetime
) -> tuple[Evaluation, ...]:
    """Who is refused because of the place gets others named, which the pure rules cannot know."""
    scopes = {
        evaluation.terms.usage.scope
        for evaluation in evaluations
        if any(reason.code == "not_at_this_store" for reason in evaluation.eligibility.reasons)
    }
    if not scopes:
        return tuple(evaluations)
    near = nearby_stores(store, list(scopes), at)

    def with_places(reason: Reason, evaluation: Evaluation) -> Reason:
        if reason.code != "not_at_this_store":
            return reason
        places = near[evaluation.terms.usage.scope]
        # Two shops of a brand on one floor are named once.
        place_texts = list(dict.fromkeys(map(place_in_words, places)))
        return Reason(reason.code, {"where": place_texts, "places": places})

    return tuple(
        replace(
            evaluation,
            eligibility=replace(
                evaluation.eligibility,
                reasons=tuple(
                    with_places(reason, evaluation) for reason in evaluation.eligibility.reasons
                ),
            ),
        )
        for evaluation in evaluations
    )


def best_combination(
    bill: Bill,
    lies: Sequence[StackingCandidate],
    usable: Sequence[Evaluation],
    wished: Collection[int],
) -> tuple[DiscountLine, ...]:
    """The legal combination that takes off the most beside what lies on the bill, line by line; and of the
    coupons that are wished for what is exchanged (兑换), which takes nothing off, where it goes with all
    the others."""
    chosen = list(stacking.best(bill, [evaluation.candidate for evaluation in usable], lies))
    for evaluation in usable:
        exchanged = evaluation.card.pk in wished and not evaluation.terms.usage.benefit.on_a_bill
        if exchanged and all(stacking.can_stack(evaluation.candidate, other) for other in chosen):
            chosen.append(evaluation.candidate)
    return stacking.combined(bill, chosen, lies)


def candidate_of(
    terms: VersionTerms, bill: Bill, *, until: datetime, code: str = "", discount_fen: int = 0
) -> StackingCandidate:
    """A coupon on a bill as the stacking rules see it."""
    scope = terms.usage.scope
    products = bill.eligible(scope.products, scope.but_no_products)
    return StackingCandidate(
        code, discount_fen, terms.stacking, terms.kind, terms.level, until, products
    )


def split(terms: VersionTerms, merchant: int, fen: int, turn: int) -> dict[int, int]:
    """Who bears how much of a cost at a merchant's counter, by party; `turn` is the redemption's."""
    shares = [
        funding.Share(merchant if share.party == funding.REDEEMER else share.party, share.bp)
        for share in terms.shares
    ]
    return funding.split(fen, shares, terms.rest_to, turn)


def funding_parts(terms: VersionTerms, merchant: int, fen: int, turn: int) -> list[list[int]]:
    """The same as the database reads it, parts of nothing left out."""
    return [
        [party, part] for party, part in sorted(split(terms, merchant, fen, turn).items()) if part
    ]


def party_names_of(parties: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Public id and name of each party."""
    return party_names(sorted(set(parties)))


def reason_documents(reasons: Sequence[Reason], at: datetime) -> list[dict[str, Any]]:
    """Reasons for people and machines: code, a sentence for shopper and clerk, and the facts."""
    return [
        {
            "code": reason.code,
            "shopper": wording.for_shopper(reason, at),
            "clerk": wording.for_clerk(reason, at),
            **({"short_fen": reason.facts["short_fen"]} if "short_fen" in reason.facts else {}),
            **({"where": _places(reason)} if reason.facts.get("places") else {}),
        }
        for reason in reasons
    ]


def _places(reason: Reason) -> list[dict[str, Any]]:
    return [place.facts() for place in reason.facts["places"]]

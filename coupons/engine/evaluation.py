"""What coupons are worth on one bill: each alone, by what lies there already, and all together."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from coupons.engine import stacking
from coupons.engine.benefits import AppliesTo
from coupons.engine.bill import Bill, StoreRef
from coupons.engine.coupon import CouponState, Evaluation, RedemptionLine
from coupons.engine.eligibility import check_eligibility
from coupons.engine.reasons import Reason
from coupons.engine.schedule import IsWorkday
from coupons.engine.terms import Terms

# Of what lies on a bill already nobody asks when it ends.
_ANY = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class BillEvaluation:
    """A bill as it stands, with what lies on it already, and coupons as they were evaluated on it."""

    bill: Bill
    on_bill: tuple[Evaluation, ...]
    evaluations: tuple[Evaluation, ...]

    @property
    def usable(self) -> list[Evaluation]:
        return [evaluation for evaluation in self.evaluations if evaluation.usable]

    def combined(self) -> tuple[RedemptionLine, ...]:
        """All of them one after the other; the last are cut where the goods they are for are paid."""
        return stacking.combined(self.bill, self.evaluations, self.on_bill)

    def best(self, wished: Collection[int]) -> tuple[RedemptionLine, ...]:
        """The legal combination that takes off the most beside what lies on the bill, line by line; and of
        the coupons that are wished for (by number) what is exchanged (兑换), which takes nothing off, where
        it goes with all the others."""
        usable = self.usable
        chosen = list(stacking.best(self.bill, usable, self.on_bill))
        for evaluation in usable:
            exchanged = (
                evaluation.coupon.pk in wished and not evaluation.terms.benefit.takes_off_bill
            )
            if exchanged and all(stacking.can_stack(evaluation, other) for other in chosen):
                chosen.append(evaluation)
        return stacking.combined(self.bill, chosen, self.on_bill)


def evaluate_bill(
    coupons: Sequence[CouponState],
    *,
    reported_bill: Bill,
    bill: Bill,
    counter: StoreRef,
    at: datetime,
    terms_of: Callable[[int], Terms],
    is_workday: IsWorkday,
) -> BillEvaluation:
    """Evaluate each coupon alone on the bill as the till reports it, then by what lies on the bill as it
    stands; `terms_of` says what a version says."""
    on_bill = tuple(
        _evaluation_on_bill(bill, terms_of(version), fen) for version, fen in bill.discounts
    )
    evaluations = []
    for coupon in coupons:
        terms = terms_of(coupon.version)
        if AppliesTo.BILL in terms.benefit.applies_to:
            evaluation = check_eligibility(coupon, terms, reported_bill, counter, at, is_workday)
        else:
            evaluation = Evaluation(coupon, terms, 0, reasons=(Reason("only_for_parking"),))
        if evaluation.usable and on_bill:
            evaluation = _evaluate_with_others(evaluation, bill, on_bill)
        evaluations.append(evaluation)
    return BillEvaluation(bill, on_bill, tuple(evaluations))


def _evaluate_with_others(
    evaluation: Evaluation, bill: Bill, on_bill: Sequence[Evaluation]
) -> Evaluation:
    """The same by what lies on the bill: whether it may join, and what is left of its goods."""
    if not all(stacking.can_stack(evaluation, other) for other in on_bill):
        return replace(evaluation, discount_fen=0, reasons=(Reason("not_beside_another"),))
    if not evaluation.terms.benefit.takes_off_bill:
        return evaluation
    (line,) = stacking.combined(bill, [evaluation], on_bill)
    # Its goods are paid already; it would be used up for nothing.
    reasons = () if line.discount_fen else (Reason("no_eligible_items"),)
    return replace(evaluation, discount_fen=line.discount_fen, reasons=reasons)


def _evaluation_on_bill(bill: Bill, terms: Terms, discount_fen: int) -> Evaluation:
    """What lies on a bill already, by the lines reported now."""
    return Evaluation(
        coupon=CouponState("used", _ANY, _ANY, version=terms.pk),
        terms=terms,
        discount_fen=discount_fen,
        products=bill.eligible(terms.scope.products, terms.scope.but_no_products),
    )

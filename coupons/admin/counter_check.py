"""What the page of the counter shows of a check: each coupon, the combination, and what is left to pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from coupons import evaluation
from coupons import services as coupons
from coupons.engine.stacking import DiscountLine
from coupons.errors import CouponBillAmountMismatch
from coupons.evaluation import Evaluation, ReportedBill
from coupons.queries.counter import read_counter
from coupons.services import CheckResult
from coupons.texts import benefit_in_words
from district.kernel.errors import DomainError, TokenInvalid
from district.kernel.text.money import format_yuan
from district.merchants.models import Store


@dataclass
class CheckedCoupon:
    """A coupon on the page; `ticket` carries it to the redemption, amounts are words."""

    name: str
    benefit: str
    chosen: bool
    worth: str
    ticket: str = ""
    reasons: list[str] = field(default_factory=list)
    payers: str = ""


@dataclass
class CheckPage:
    """All that was checked on one bill; what was refused stands apart with its reason."""

    coupons: list[CheckedCoupon] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    bill: str = ""
    off_before: str = ""
    off: str = ""
    left: str = ""

    @property
    def tickets(self) -> list[str]:
        """Those to be used."""
        return [coupon.ticket for coupon in self.coupons if coupon.chosen]

    @property
    def kept(self) -> list[str]:
        """Those that can be used, also beside others than these."""
        return [coupon.ticket for coupon in self.coupons if coupon.ticket]


def check_page_of(
    *, store: Store, reported_bill: ReportedBill, kept: Sequence[str], codes: Sequence[str]
) -> CheckPage:
    """Check each code by itself, so that a bad one spoils nothing, and the good ones together.

    Raises CouponBillAmountMismatch.
    """
    bill_state = read_counter(store.pk, reported_bill.bill_no, reported_bill.fen, []).bill
    if bill_state.fen != reported_bill.fen:
        raise CouponBillAmountMismatch(bill_fen=bill_state.fen)
    check_page = CheckPage(
        bill=format_yuan(reported_bill.fen),
        off_before=format_yuan(bill_state.discount_fen) if bill_state.discount_fen else "",
    )
    found: dict[str, tuple[Evaluation, CheckResult]] = {}
    for number, code in enumerate([*kept, *codes], 1 - len(kept)):
        try:
            checked = coupons.check_coupons(store=store, reported_bill=reported_bill, codes=[code])
        except DomainError as refusal:
            check_page.refused.append((code, _refused(number, refusal)))
        else:
            # The camera may read one coupon twice: it counts once.
            (coupon_evaluation,) = checked.evaluations
            found[coupon_evaluation.card.public_id] = (coupon_evaluation, checked)
    left = bill_state.fen - bill_state.discount_fen
    usable = [
        coupon_evaluation
        for coupon_evaluation, _checked in found.values()
        if coupon_evaluation.eligibility.usable
    ]
    lies = evaluation.candidates_on_bill(bill_state, reported_bill.bill)
    steps = evaluation.best_combination(
        reported_bill.bill,
        lies,
        usable,
        {coupon_evaluation.card.pk for coupon_evaluation in usable},
    )
    _fill(check_page, found, steps, store.merchant_id)
    off = sum(step.discount_fen for step in steps)
    check_page.off, check_page.left = format_yuan(off), format_yuan(left - off)
    return check_page


def _fill(
    check_page: CheckPage,
    found: dict[str, tuple[Evaluation, CheckResult]],
    steps: Sequence[DiscountLine],
    merchant: int,
) -> None:
    taken = {step.code: step for step in steps}
    bearing = {
        code: evaluation.funding_parts(
            coupon_evaluation.terms,
            merchant,
            _cost(coupon_evaluation, taken.get(code)),
            coupon_evaluation.card.turn,
        )
        for code, (coupon_evaluation, _checked) in found.items()
        if coupon_evaluation.eligibility.usable
    }
    names = evaluation.party_names_of(party for parts in bearing.values() for party, _fen in parts)
    for code, (coupon_evaluation, checked) in found.items():
        benefit = coupon_evaluation.terms.usage.benefit
        payers = [f"{names[party][1]} {format_yuan(fen)}" for party, fen in bearing.get(code, ())]
        reasons = [
            document["clerk"]
            for document in evaluation.reason_documents(
                coupon_evaluation.eligibility.reasons, checked.at
            )
        ]
        if coupon_evaluation.eligibility.usable and code not in taken:
            reasons = [_("不能与本次所选的券同用，或已无可减的金额；本次不会使用。")]
        check_page.coupons.append(
            CheckedCoupon(
                name=coupon_evaluation.terms.name,
                benefit=benefit_in_words(benefit),
                chosen=code in taken,
                worth=_worth(coupon_evaluation, taken.get(code)),
                ticket=checked.tickets.get(code, ""),
                reasons=reasons,
                payers="，".join(payers),
            )
        )
    check_page.steps = [
        (
            found[step.code][0].terms.name,
            _worth(found[step.code][0], step),
            format_yuan(step.left_fen),
        )
        for step in steps
    ]


def _cost(coupon_evaluation: Evaluation, step: DiscountLine | None) -> int:
    if step is not None and coupon_evaluation.terms.usage.benefit.on_a_bill:
        return step.discount_fen
    return coupon_evaluation.cost_fen


def _worth(coupon_evaluation: Evaluation, step: DiscountLine | None) -> str:
    if not coupon_evaluation.eligibility.usable:
        return _("不可用")
    if not coupon_evaluation.terms.usage.benefit.on_a_bill:
        return _("兑换")
    return f"-{format_yuan(coupon_evaluation.eligibility.discount_fen if step is None else step.discount_fen)}"


def _refused(number: int, refusal: DomainError) -> str:
    text = refusal.detail or str(refusal.title)
    if isinstance(refusal, TokenInvalid):
        # The kernel's own sentence speaks of the member's card.
        text = _("不是有效的券码，请让会员重新打开优惠券再扫。")
    if number < 1:
        return _("先前验过的一张券：%(said)s") % {"said": text}
    return _("第 %(number)s 个券码：%(said)s") % {"number": number, "said": text}

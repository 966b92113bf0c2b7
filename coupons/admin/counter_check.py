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

    shown: list[CheckedCoupon] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)
    steps: list[tuple[str, str, str]] = field(default_factory=list)
    bill: str = ""
    off_before: str = ""
    off: str = ""
    left: str = ""

    @property
    def tickets(self) -> list[str]:
        """Those to be used."""
        return [one.ticket for one in self.shown if one.chosen]

    @property
    def kept(self) -> list[str]:
        """Those that can be used, also beside others than these."""
        return [one.ticket for one in self.shown if one.ticket]


def check_page_of(
    *, store: Store, reported_bill: ReportedBill, kept: Sequence[str], codes: Sequence[str]
) -> CheckPage:
    """Check each code by itself, so that a bad one spoils nothing, and the good ones together.

    Raises CouponBillAmountMismatch.
    """
    bill_state = read_counter(store.pk, reported_bill.bill_no, reported_bill.fen, []).bill
    if bill_state.fen != reported_bill.fen:
        raise CouponBillAmountMismatch(bill_fen=bill_state.fen)
    sight = CheckPage(
        bill=format_yuan(reported_bill.fen),
        off_before=format_yuan(bill_state.discount_fen) if bill_state.discount_fen else "",
    )
    found: dict[str, tuple[Evaluation, CheckResult]] = {}
    for number, code in enumerate([*kept, *codes], 1 - len(kept)):
        try:
            checked = coupons.check_coupons(store=store, reported_bill=reported_bill, shown=[code])
        except DomainError as refusal:
            sight.refused.append((code, _refused(number, refusal)))
        else:
            # The camera may read one coupon twice: it counts once.
            (one,) = checked.evaluations
            found[one.card.public_id] = (one, checked)
    left = bill_state.fen - bill_state.discount_fen
    usable = [one for one, _checked in found.values() if one.eligibility.usable]
    lies = evaluation.candidates_on_bill(bill_state, reported_bill.bill)
    steps = evaluation.best_combination(
        reported_bill.bill, lies, usable, {one.card.pk for one in usable}
    )
    _fill(sight, found, steps, store.merchant_id)
    off = sum(step.discount_fen for step in steps)
    sight.off, sight.left = format_yuan(off), format_yuan(left - off)
    return sight


def _fill(
    sight: CheckPage,
    found: dict[str, tuple[Evaluation, CheckResult]],
    steps: Sequence[DiscountLine],
    merchant: int,
) -> None:
    taken = {step.code: step for step in steps}
    bearing = {
        code: evaluation.funding_parts(
            one.terms, merchant, _cost(one, taken.get(code)), one.card.turn
        )
        for code, (one, _checked) in found.items()
        if one.eligibility.usable
    }
    names = evaluation.party_names_of(party for parts in bearing.values() for party, _fen in parts)
    for code, (one, checked) in found.items():
        benefit = one.terms.usage.benefit
        payers = [f"{names[party][1]} {format_yuan(fen)}" for party, fen in bearing.get(code, ())]
        reasons = [
            said["clerk"]
            for said in evaluation.reason_documents(one.eligibility.reasons, checked.at)
        ]
        if one.eligibility.usable and code not in taken:
            reasons = [_("不能与本次所选的券同用，或已无可减的金额；本次不会使用。")]
        sight.shown.append(
            CheckedCoupon(
                name=one.terms.name,
                benefit=benefit_in_words(benefit),
                chosen=code in taken,
                worth=_worth(one, taken.get(code)),
                ticket=checked.tickets.get(code, ""),
                reasons=reasons,
                payers="，".join(payers),
            )
        )
    sight.steps = [
        (
            found[step.code][0].terms.name,
            _worth(found[step.code][0], step),
            format_yuan(step.left_fen),
        )
        for step in steps
    ]


def _cost(one: Evaluation, step: DiscountLine | None) -> int:
    if step is not None and one.terms.usage.benefit.on_a_bill:
        return step.discount_fen
    return one.cost_fen


def _worth(one: Evaluation, step: DiscountLine | None) -> str:
    if not one.eligibility.usable:
        return _("不可用")
    if not one.terms.usage.benefit.on_a_bill:
        return _("兑换")
    return f"-{format_yuan(one.eligibility.discount_fen if step is None else step.discount_fen)}"


def _refused(number: int, refusal: DomainError) -> str:
    said = refusal.detail or str(refusal.title)
    if isinstance(refusal, TokenInvalid):
        # The kernel's own sentence speaks of the member's card.
        said = _("不是有效的券码，请让会员重新打开优惠券再扫。")
    if number < 1:
        return _("先前验过的一张券：%(said)s") % {"said": said}
    return _("第 %(number)s 个券码：%(said)s") % {"number": number, "said": said}

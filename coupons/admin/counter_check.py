"""What the page of the counter shows of a check: each coupon, the combination, and what is left to pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from coupons import evaluation
from coupons import services as coupons
from coupons.engine.bill import Bill
from coupons.engine.coupon import Evaluation, RedemptionLine
from coupons.engine.evaluation import BillEvaluation
from coupons.errors import CouponBillAmountMismatch
from coupons.queries.counter import read_counter
from coupons.services import CheckResult
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
    *, store: Store, reported_bill: Bill, kept: Sequence[str], codes: Sequence[str]
) -> CheckPage:
    """Check each code by itself, so that a bad one spoils nothing, and the good ones together.

    Raises CouponBillAmountMismatch.
    """
    bill = read_counter(store.pk, reported_bill, []).bill
    if bill.fen != reported_bill.fen:
        raise CouponBillAmountMismatch(bill_fen=bill.fen)
    check_page = CheckPage(
        bill=format_yuan(bill.fen),
        off_before=format_yuan(bill.discount_fen) if bill.discount_fen else "",
    )
    found: dict[str, tuple[Evaluation, CheckResult]] = {}
    for number, code in enumerate([*kept, *codes], 1 - len(kept)):
        try:
            checked = coupons.check_coupons(store=store, reported_bill=reported_bill, codes=[code])
        except DomainError as refusal:
            check_page.refused.append((code, _refused(number, refusal)))
        else:
            # The camera may read one coupon twice: it counts once.
            (coupon_evaluation,) = checked.bill_evaluation.evaluations
            found[coupon_evaluation.coupon.public_id] = (coupon_evaluation, checked)
    lines = _best(bill, list(found.values()))
    _fill(check_page, found, lines, store.merchant_id)
    off = sum(line.discount_fen for line in lines)
    check_page.off, check_page.left = format_yuan(off), format_yuan(bill.left_fen - off)
    return check_page


def _best(
    bill: Bill, found: Sequence[tuple[Evaluation, CheckResult]]
) -> tuple[RedemptionLine, ...]:
    """The best legal combination of coupons that were checked one by one."""
    if not found:
        return ()
    evaluations = tuple(coupon_evaluation for coupon_evaluation, _checked in found)
    on_bill = found[-1][1].bill_evaluation.on_bill
    wished = {coupon_evaluation.coupon.pk for coupon_evaluation in evaluations}
    return BillEvaluation(bill, on_bill, evaluations).best(wished)


def _fill(
    check_page: CheckPage,
    found: dict[str, tuple[Evaluation, CheckResult]],
    lines: Sequence[RedemptionLine],
    merchant: int,
) -> None:
    taken = {line.coupon.public_id: line for line in lines}
    bearing = {
        public_id: taken.get(public_id, coupon_evaluation).funding_parts(merchant)
        for public_id, (coupon_evaluation, _checked) in found.items()
        if coupon_evaluation.usable
    }
    names = evaluation.party_names_of(party for parts in bearing.values() for party, _fen in parts)
    for public_id, (coupon_evaluation, checked) in found.items():
        payers = [
            f"{names[party][1]} {format_yuan(fen)}" for party, fen in bearing.get(public_id, ())
        ]
        reasons = [
            document["clerk"]
            for document in evaluation.reason_documents(coupon_evaluation.reasons, checked.at)
        ]
        if coupon_evaluation.usable and public_id not in taken:
            reasons = [_("不能与本次所选的券同用，或已无可减的金额；本次不会使用。")]
        check_page.coupons.append(
            CheckedCoupon(
                name=coupon_evaluation.terms.name,
                benefit=coupon_evaluation.terms.benefit.text(),
                chosen=public_id in taken,
                worth=_worth(coupon_evaluation, taken.get(public_id)),
                ticket=checked.tickets.get(public_id, ""),
                reasons=reasons,
                payers="，".join(payers),
            )
        )
    check_page.steps = [
        (line.terms.name, _worth(line.evaluation, line), format_yuan(line.left_fen))
        for line in lines
    ]


def _worth(coupon_evaluation: Evaluation, line: RedemptionLine | None) -> str:
    if not coupon_evaluation.usable:
        return _("不可用")
    if not coupon_evaluation.terms.benefit.takes_off_bill:
        return _("兑换")
    return f"-{format_yuan((line or coupon_evaluation).discount_fen)}"


def _refused(number: int, refusal: DomainError) -> str:
    text = refusal.detail or str(refusal.title)
    if isinstance(refusal, TokenInvalid):
        # The kernel's own sentence speaks of the member's card.
        text = _("不是有效的券码，请让会员重新打开优惠券再扫。")
    if number < 1:
        return _("先前验过的一张券：%(said)s") % {"said": text}
    return _("第 %(number)s 个券码：%(said)s") % {"number": number, "said": text}

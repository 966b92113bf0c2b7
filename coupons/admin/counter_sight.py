"""What the page of the counter shows of a check: each coupon, the combination, and what is left to pay."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from coupons import judgement
from coupons import services as coupons
from coupons.errors import CouponBillToldOtherwise
from coupons.judgement import Judged, Told
from coupons.labels import benefit_in_words
from coupons.queries.counter import at_counter
from coupons.rules.stacking import Step
from coupons.services import Checked
from district.kernel.errors import DomainError, TokenInvalid
from district.kernel.money import format_yuan
from district.merchants.models import Store


@dataclass
class Shown:
    """A coupon on the page; `ticket` carries it to the redemption, amounts are words."""

    name: str
    benefit: str
    chosen: bool
    worth: str
    ticket: str = ""
    reasons: list[str] = field(default_factory=list)
    payers: str = ""


@dataclass
class Sight:
    """All that was checked on one bill; what was refused stands apart with its reason."""

    shown: list[Shown] = field(default_factory=list)
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


def look(*, store: Store, told: Told, kept: Sequence[str], codes: Sequence[str]) -> Sight:
    """Check each code by itself, so that a bad one spoils nothing, and the good ones together.

    Raises CouponBillToldOtherwise.
    """
    beside = at_counter(store.pk, told.bill_no, told.fen, []).bill
    if beside.fen != told.fen:
        raise CouponBillToldOtherwise(bill_fen=beside.fen)
    sight = Sight(
        bill=format_yuan(told.fen),
        off_before=format_yuan(beside.discount_fen) if beside.discount_fen else "",
    )
    found: dict[str, tuple[Judged, Checked]] = {}
    for number, code in enumerate([*kept, *codes], 1 - len(kept)):
        try:
            checked = coupons.check_coupons(store=store, told=told, shown=[code])
        except DomainError as refusal:
            sight.refused.append((code, _refused(number, refusal)))
        else:
            # The camera may read one coupon twice: it counts once.
            (one,) = checked.judged
            found[one.card.public_id] = (one, checked)
    left = beside.fen - beside.discount_fen
    usable = [one for one, _checked in found.values() if one.verdict.usable]
    lies = judgement.before(beside, told.bill)
    steps = judgement.best_of(told.bill, lies, usable, {one.card.pk for one in usable})
    _tell(sight, found, steps, store.merchant_id)
    off = sum(step.discount_fen for step in steps)
    sight.off, sight.left = format_yuan(off), format_yuan(left - off)
    return sight


def _tell(
    sight: Sight,
    found: dict[str, tuple[Judged, Checked]],
    steps: Sequence[Step],
    merchant: int,
) -> None:
    taken = {step.code: step for step in steps}
    bearing = {
        code: judgement.parts_of(one.said, merchant, _cost(one, taken.get(code)), one.card.turn)
        for code, (one, _checked) in found.items()
        if one.verdict.usable
    }
    names = judgement.names_of(party for parts in bearing.values() for party, _fen in parts)
    for code, (one, checked) in found.items():
        benefit = one.said.rules.benefit
        payers = [f"{names[party][1]} {format_yuan(fen)}" for party, fen in bearing.get(code, ())]
        reasons = [said["clerk"] for said in judgement.worded(one.verdict.reasons, checked.at)]
        if one.verdict.usable and code not in taken:
            reasons = [_("不能与本次所选的券同用，或已无可减的金额；本次不会使用。")]
        sight.shown.append(
            Shown(
                name=one.said.name,
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
            found[step.code][0].said.name,
            _worth(found[step.code][0], step),
            format_yuan(step.left_fen),
        )
        for step in steps
    ]


def _cost(one: Judged, step: Step | None) -> int:
    if step is not None and one.said.rules.benefit.on_a_bill:
        return step.discount_fen
    return one.cost_fen


def _worth(one: Judged, step: Step | None) -> str:
    if not one.verdict.usable:
        return _("不可用")
    if not one.said.rules.benefit.on_a_bill:
        return _("兑换")
    return f"-{format_yuan(one.verdict.discount_fen if step is None else step.discount_fen)}"


def _refused(number: int, refusal: DomainError) -> str:
    said = refusal.detail or str(refusal.title)
    if isinstance(refusal, TokenInvalid):
        # The kernel's own sentence speaks of the member's card.
        said = _("不是有效的券码，请让会员重新打开优惠券再扫。")
    if number < 1:
        return _("先前验过的一张券：%(said)s") % {"said": said}
    return _("第 %(number)s 个券码：%(said)s") % {"number": number, "said": said}

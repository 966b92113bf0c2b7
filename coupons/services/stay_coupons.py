"""Coupons on a stay in a car park: set aside while it is quoted, used when it is paid, free again when it is not.

A car park takes coupons at a store of its operator, so where, when and beside which others they hold their own terms
say. What is set aside (`held_for`) nobody else uses or gives away; it ends by itself, should nobody end it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations

from django.db import transaction

from coupons import procedures
from coupons.engine import stacking
from coupons.engine.benefits import AppliesTo, Stay
from coupons.engine.bill import Bill
from coupons.engine.coupon import CouponState, Evaluation, RedemptionLine
from coupons.engine.eligibility import check_eligibility
from coupons.engine.reasons import Reason
from coupons.errors import CouponNotUsable
from coupons.evaluation import reason_documents
from coupons.models import Coupon
from coupons.queries import version_terms
from coupons.queries.counter import counter_of, coupon_states, wallet
from district.calendar.workdays import is_workday
from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key
from district.merchants.models import Store


@dataclass(frozen=True, slots=True)
class StayCoupon:
    """A coupon on a stay: the minutes or the fen that it takes off, or why it cannot be used there."""

    pk: int
    public_id: str
    name: str
    text: str
    minutes: int
    fen: int
    valid_until: datetime
    reason: str


def stay_coupons(*, member: int, store: Store, stay: Stay, at: datetime) -> list[StayCoupon]:
    """A member's coupons for stays, those that can be used at a store now first."""
    evaluations = [
        _evaluate(coupon, store, stay, at)
        for coupon in wallet(member)
        if AppliesTo.STAY in version_terms(coupon.version).benefit.applies_to
    ]
    evaluations.sort(key=lambda evaluation: not evaluation.usable)
    return [_stay_coupon(evaluation, stay, at) for evaluation in evaluations]


@transaction.atomic
def hold_stay_coupons(
    *,
    member: int,
    store: Store,
    coupons: Sequence[str],
    stay: Stay,
    held_for: str,
    at: datetime,
    until: datetime,
) -> list[StayCoupon]:
    """Set a member's coupons (public ids) aside for a quote until an instant, all of them or none, in their order.

    Raises CouponNotUsable, also for what is not the member's.
    """
    rows = Coupon.objects.select_for_update(no_key=True).filter(
        public_id__in=coupons, member=member
    )
    found = {row.public_id: row for row in rows.order_by("pk")}
    numbers = {public_id: row.pk for public_id, row in found.items()}
    states = coupon_states(list(numbers.values()))
    evaluations = []
    for public_id in dict.fromkeys(coupons):
        if public_id not in numbers:
            _refuse(public_id, [Reason("void")], at)
        evaluation = _evaluate(states[numbers[public_id]], store, stay, at)
        _refuse(public_id, evaluation.reasons, at)
        held_until = found[public_id].held_until
        if held_until is not None and at < held_until:
            # Set aside for another stay.
            held = Reason("leased_to_another_store", {"store": "", "until": held_until})
            _refuse(public_id, [held], at)
        evaluations.append(evaluation)
    for evaluation, other in combinations(evaluations, 2):
        if not stacking.can_stack(evaluation, other):
            _refuse(other.coupon.public_id, [Reason("not_beside_another")], at)
    Coupon.objects.filter(pk__in=numbers.values()).update(held_for=held_for, held_until=until)
    return [_stay_coupon(evaluation, stay, at) for evaluation in evaluations]


def release_stay_coupons(*, coupons: Sequence[int], held_for: str) -> int:
    """Coupons (numbers) that were set aside for a quote are the member's to use again; how many."""
    rows = Coupon.objects.filter(pk__in=coupons, held_for=held_for)
    return rows.update(held_for="", held_until=None)


@transaction.atomic
def redeem_stay_coupons(
    *,
    store: Store,
    bill_no: str,
    fee_fen: int,
    discounts: Mapping[int, int],
    held_at: datetime,
    actor: str,
    key: Key,
) -> dict[int, int]:
    """Use coupons that are set aside for the quote `bill_no` since an instant; the redemption of each (by number).

    `discounts` is what each takes off the fee, which its payers owe the store's merchant. What ended while it was set
    aside counts: it was used in time.

    Raises CouponBudgetUsedUp, CouponChanged, KeyReused.
    """
    release_stay_coupons(coupons=list(discounts), held_for=bill_no)
    for coupon in coupon_states(list(discounts)).values():
        if coupon.state == Coupon.State.EXPIRED:
            procedures.revive(coupon=coupon.pk, terms=version_terms(coupon.version))
    states = coupon_states(list(discounts))
    request = procedures.RedeemRequest(
        store=store,
        bill=Bill(fee_fen, bill_no=bill_no),
        request_no=bill_no,
        actor=actor,
        key=key,
        at=held_at,
    )
    lines = [_line(states[pk], fen, fee_fen) for pk, fen in sorted(discounts.items())]
    made = procedures.redeem(request=request, bill_seq=0, lines=lines)
    return dict(zip(sorted(discounts), made.redemptions, strict=True))


def _line(coupon: CouponState, discount_fen: int, fee_fen: int) -> RedemptionLine:
    evaluation = Evaluation(
        coupon, version_terms(coupon.version), discount_fen, eligible_fen=fee_fen
    )
    return RedemptionLine(evaluation, discount_fen, fee_fen - discount_fen, new_id("rdm"))


def _evaluate(coupon: CouponState, store: Store, stay: Stay, at: datetime) -> Evaluation:
    terms = version_terms(coupon.version)
    if AppliesTo.STAY not in terms.benefit.applies_to:
        return Evaluation(coupon, terms, 0, reasons=(Reason("never_again", {"until": at}),))
    counter = counter_of(store.pk)
    return check_eligibility(coupon, terms, Bill(stay.fee_fen), counter, at, is_workday)


def _stay_coupon(evaluation: Evaluation, stay: Stay, at: datetime) -> StayCoupon:
    coupon, terms = evaluation.coupon, evaluation.terms
    discount = terms.benefit.stay_discount(stay)
    reason = ""
    if evaluation.reasons:
        reason = reason_documents(evaluation.reasons[:1], at)[0]["shopper"]
    return StayCoupon(
        pk=coupon.pk,
        public_id=coupon.public_id,
        name=terms.name,
        text=terms.benefit.text(),
        minutes=discount.minutes,
        fen=discount.fen,
        valid_until=coupon.valid_until,
        reason=reason,
    )


def _refuse(coupon: str, reasons: Sequence[Reason], at: datetime) -> None:
    if reasons:
        documents = reason_documents(reasons, at)
        raise CouponNotUsable(coupon=coupon, reasons=documents, reader="shopper")

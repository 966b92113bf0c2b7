"""Redeem: coupons used on a bill at a counter, all of them or none, never twice."""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations

from coupons import judgement, showing, vouchers
from coupons.errors import CouponChanged, CouponNotUsable
from coupons.judgement import Judged, Sight, Told
from coupons.models import Coupon, RedemptionRequest
from coupons.queries import version_of
from coupons.queries.counter import Card, cards
from coupons.queries.redemptions import request_with_all
from coupons.rules import stacking
from coupons.rules.reasons import Reason
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, earlier_answer
from district.kernel.ids import new_id
from district.merchants.models import Store

# How often a verb judges anew when a coupon or the bill changed under its eyes.
TRIES = 5


def redeem_coupons(
    *, store: Store, told: Told, shown: Sequence[str], request_no: str, actor: str, key: Key
) -> RedemptionRequest:
    """Use the coupons shown on a bill; what each takes off is reckoned here, not by the till.

    With coupons that lie on the bill already they must be a legal combination; the last one is cut
    where the bill is paid. Repeating the key gives the first answer.

    Raises CodeElsewhere, CouponAlreadyRedeemed, CouponBillRefunded, CouponBillToldOtherwise,
    CouponBudgetUsedUp, CouponChanged, CouponNotUsable, KeyReused, PinClosed, PinWrong,
    RequestAlreadyRedeemed, TokenExpired, TokenInvalid, TokenUsed.
    """
    at = clock.now()
    try:
        held = showing.shown_here(shown, store.pk)
    except DomainError as refusal:
        return request_with_all(earlier_answer(key, refusal))
    return _redeemed(
        store=store, told=told, held=held, request_no=request_no, actor=actor, key=key, at=at
    )


def redeem_offline(
    *,
    store: Store,
    told: Told,
    held: Card,
    discount_fen: int,
    request_no: str,
    actor: str,
    key: Key,
    at: datetime,
) -> RedemptionRequest:
    """Write down what a till without a network did at an instant that is over; of the discount that it
    gave, no more than the rules give. A coupon that expired since then comes back for it.

    Raises as redeem_coupons does, but for codes.
    """
    if held.held.state == Coupon.State.EXPIRED and at < held.held.valid_until:
        vouchers.revive(coupon=held.pk, said=version_of(held.version))
        held = cards([held.pk])[held.pk]
    return _redeemed(
        store=store,
        told=told,
        held=[held],
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        given_fen=discount_fen,
    )


def _redeemed(
    *,
    store: Store,
    told: Told,
    held: Sequence[Card],
    request_no: str,
    actor: str,
    key: Key,
    at: datetime,
    given_fen: int | None = None,
) -> RedemptionRequest:
    """The same for coupons whose codes were read already, at an instant of the caller's; `given_fen` is
    what a till without a network took off."""
    for turn in range(TRIES):
        sight = judgement.see(store=store.pk, told=told, cards=held, at=at)
        try:
            uses = _uses(sight, store.merchant_id, at, given_fen)
        except CouponNotUsable as refusal:
            return request_with_all(earlier_answer(key, refusal))
        desk = vouchers.Desk(
            merchant=store.merchant_id,
            store=store.pk,
            bill_no=told.bill_no,
            bill_fen=told.fen,
            bill_seq=sight.beside.seq,
            actor=actor,
        )
        try:
            request, _repeated = vouchers.redeem(
                desk=desk,
                request_no=request_no,
                uses=uses,
                offline=given_fen is not None,
                key=key,
                at=at,
            )
        except CouponChanged:
            if turn == TRIES - 1:
                raise
            now = cards([card.pk for card in held])
            held = [now[card.pk] for card in held]
        else:
            return request_with_all(request)
    raise AssertionError("unreachable")


def _uses(sight: Sight, merchant: int, at: datetime, given_fen: int | None) -> list[vouchers.Use]:
    """What each coupon takes off beside the others, at most what was given already.

    Raises CouponNotUsable for the first that cannot.
    """
    for one in sight.judged:
        _require(one, one.verdict.reasons, at)
    for one, other in combinations(sight.judged, 2):
        if not stacking.go_together(one.offer, other.offer):
            _require(other, (Reason("not_beside_another"),), at)
    of_code = {one.card.public_id: one for one in sight.judged}
    uses = []
    for step in stacking.combined(sight.left_fen, [one.offer for one in sight.judged]):
        one = of_code[step.code]
        benefit = one.said.rules.benefit
        discount = step.discount_fen if given_fen is None else min(step.discount_fen, given_fen)
        if benefit.on_a_bill and discount == 0:
            # The bill is paid already; the coupon would be used up for nothing.
            _require(one, (Reason("no_eligible_items"),), at)
        cost = discount if benefit.on_a_bill else one.cost_fen
        uses.append(
            vouchers.Use(
                coupon=one.card.pk,
                public_id=new_id("rdm"),
                member=one.card.member,
                version=one.card.version,
                uses_left=one.card.held.uses_left,
                value_left=one.card.held.value_left,
                single=one.said.uses == 1 and not one.said.partial,
                partial=one.said.partial,
                most=one.said.most,
                eligible=one.verdict.eligible_fen,
                discount=discount,
                cost=cost,
                parts=judgement.parts_of(one.said, merchant, cost),
            )
        )
    return uses


def _require(one: Judged, reasons: Sequence[Reason], at: datetime) -> None:
    if reasons:
        raise CouponNotUsable(coupon=one.card.public_id, reasons=judgement.worded(reasons, at))

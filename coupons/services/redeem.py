"""Redeem: coupons used on a bill at a counter, all of them or none, never twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from coupons import judgement, showing, vouchers
from coupons.as_made import as_made
from coupons.errors import CouponChanged, CouponNotUsable
from coupons.judgement import Judged, Sight, Told
from coupons.models import Coupon, RedemptionRequest
from coupons.queries import version_of
from coupons.queries.counter import AtCounter, Card, at_counter
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
        seen = showing.read_here(shown, store.pk)
        found = at_counter(store.pk, told.bill_no, told.fen, [one.coupon for one in seen])
        held = showing.require_as_shown(seen, found.cards)
    except DomainError as refusal:
        return request_with_all(earlier_answer(key, refusal))
    act = _Act(
        store=store,
        told=told,
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        passes={one.coupon: one.pass_made_at.isoformat() for one in seen if one.pass_made_at},
    )
    return _redeemed(act, found, held)


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
    pass_made_at: datetime | None,
) -> RedemptionRequest:
    """Write down what a till without a network did at an instant that is over; of the discount that it
    gave, no more than the rules give. A coupon that expired since then comes back for it. `pass_made_at`
    names the open pass that it took, which counts once, here or at any other till.

    Raises as redeem_coupons does, but for codes.
    """
    if held.held.state == Coupon.State.EXPIRED and at < held.held.valid_until:
        vouchers.revive(coupon=held.pk, said=version_of(held.version))
    act = _Act(
        store=store,
        told=told,
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        given_fen=discount_fen,
        passes={held.pk: pass_made_at.isoformat()} if pass_made_at else {},
    )
    found = act.look([held])
    return _redeemed(act, found, [found.cards[held.pk]])


@dataclass(frozen=True, slots=True)
class _Act:
    """One request of a counter; `given_fen` is what a till without a network took off, `passes` the
    instants at which open passes were made, by coupon."""

    store: Store
    told: Told
    request_no: str
    actor: str
    key: Key
    at: datetime
    given_fen: int | None = None
    passes: Mapping[int, str] = field(default_factory=dict)

    def look(self, cards: Sequence[Card]) -> AtCounter:
        numbers = [card.pk for card in cards]
        return at_counter(self.store.pk, self.told.bill_no, self.told.fen, numbers)


def _redeemed(act: _Act, found: AtCounter, held: Sequence[Card]) -> RedemptionRequest:
    """Judged and used as they were found; anew where they changed meanwhile."""
    for turn in range(TRIES):
        sight = judgement.see(store=act.store.pk, told=act.told, found=found, cards=held, at=act.at)
        try:
            uses = _uses(act, sight)
        except CouponNotUsable as refusal:
            return request_with_all(earlier_answer(act.key, refusal))
        desk = vouchers.Desk(
            merchant=act.store.merchant_id,
            store=act.store.pk,
            bill_no=act.told.bill_no,
            bill_fen=act.told.fen,
            bill_seq=found.bill.seq,
            actor=act.actor,
        )
        try:
            made = vouchers.redeem(
                desk=desk,
                request_no=act.request_no,
                uses=uses,
                offline=act.given_fen is not None,
                key=act.key,
                at=act.at,
            )
        except CouponChanged:
            if turn == TRIES - 1:
                raise
            found = act.look(held)
            held = [found.cards[card.pk] for card in held]
        else:
            if made.repeated:
                return request_with_all(made.request)
            offline = act.given_fen is not None
            return as_made(made, desk, act.request_no, uses, sight, offline=offline, at=act.at)
    raise AssertionError("unreachable")


def _uses(act: _Act, sight: Sight) -> list[vouchers.Use]:
    """What each coupon takes off beside the others, at most what was given already.

    Raises CouponNotUsable for the first that cannot.
    """
    at, given_fen = act.at, act.given_fen
    for one in sight.judged:
        _require(one, one.verdict.reasons, at)
    for one, other in combinations(sight.judged, 2):
        if not stacking.go_together(one.offer, other.offer):
            _require(other, (Reason("not_beside_another"),), at)
    of_code = {one.card.public_id: one for one in sight.judged}
    uses = []
    offers = [one.offer for one in sight.judged]
    for step in stacking.combined(sight.bill, offers, sight.before):
        one = of_code[step.code]
        benefit = one.said.rules.benefit
        discount = step.discount_fen if given_fen is None else min(step.discount_fen, given_fen)
        if benefit.on_a_bill and discount == 0:
            # Its goods are paid already; the coupon would be used up for nothing.
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
                turn=one.card.turn,
                parts=judgement.parts_of(one.said, act.store.merchant_id, cost, one.card.turn),
                shown_by_pass=act.passes.get(one.card.pk),
            )
        )
    return uses


def _require(one: Judged, reasons: Sequence[Reason], at: datetime) -> None:
    if reasons:
        raise CouponNotUsable(coupon=one.card.public_id, reasons=judgement.worded(reasons, at))

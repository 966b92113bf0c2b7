"""Redeem: coupons used on a bill at a counter, all of them or none, never twice."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations

from coupons import evaluation, presented, procedures
from coupons.engine import stacking
from coupons.engine.reasons import Reason
from coupons.errors import CouponChanged, CouponNotUsable
from coupons.evaluation import BillEvaluation, Evaluation, ReportedBill
from coupons.models import Coupon, RedemptionRequest
from coupons.queries import version_terms
from coupons.queries.counter import CounterCoupon, CounterSnapshot, read_counter
from coupons.queries.redemptions import full_request
from coupons.results import redemption_result
from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, replay_or_raise
from district.merchants.models import Store

# How often a verb evaluates anew when a coupon or the bill changed meanwhile.
TRIES = 5


def redeem_coupons(
    *,
    store: Store,
    reported_bill: ReportedBill,
    codes: Sequence[str],
    request_no: str,
    actor: str,
    key: Key,
) -> RedemptionRequest:
    """Use the coupons of these codes on a bill; what each takes off is computed here, not by the till.

    With coupons that lie on the bill already they must be a legal combination; the last one is cut
    where the bill is paid. Repeating the key gives the first answer.

    Raises CodeLeasedElsewhere, CouponAlreadyRedeemed, CouponBillHasRefunds, CouponBillAmountMismatch,
    CouponBudgetUsedUp, CouponChanged, CouponNotUsable, KeyReused, PinClosed, PinWrong,
    RequestAlreadyRedeemed, TokenExpired, TokenInvalid, TokenUsed.
    """
    at = clock.now()
    try:
        seen = presented.read_presented(codes, store.pk)
        found = read_counter(
            store.pk, reported_bill.bill_no, reported_bill.fen, [code.coupon for code in seen]
        )
        held = presented.require_unchanged(seen, found.cards)
    except DomainError as refusal:
        return full_request(replay_or_raise(key, refusal))
    act = _RedeemRequest(
        store=store,
        reported_bill=reported_bill,
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        passes={code.coupon: code.pass_made_at.isoformat() for code in seen if code.pass_made_at},
    )
    return _evaluate_and_redeem(act, found, held)


def redeem_offline(
    *,
    store: Store,
    reported_bill: ReportedBill,
    held: CounterCoupon,
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
        procedures.revive(coupon=held.pk, terms=version_terms(held.version))
    act = _RedeemRequest(
        store=store,
        reported_bill=reported_bill,
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        given_fen=discount_fen,
        passes={held.pk: pass_made_at.isoformat()} if pass_made_at else {},
    )
    found = act.read_snapshot([held])
    return _evaluate_and_redeem(act, found, [found.cards[held.pk]])


@dataclass(frozen=True, slots=True)
class _RedeemRequest:
    """One request of a counter; `given_fen` is what a till without a network took off, `passes` the
    instants at which open passes were made, by coupon."""

    store: Store
    reported_bill: ReportedBill
    request_no: str
    actor: str
    key: Key
    at: datetime
    given_fen: int | None = None
    passes: Mapping[int, str] = field(default_factory=dict)

    def read_snapshot(self, cards: Sequence[CounterCoupon]) -> CounterSnapshot:
        numbers = [card.pk for card in cards]
        return read_counter(
            self.store.pk, self.reported_bill.bill_no, self.reported_bill.fen, numbers
        )


def _evaluate_and_redeem(
    act: _RedeemRequest, found: CounterSnapshot, held: Sequence[CounterCoupon]
) -> RedemptionRequest:
    """Evaluate and use them as they were found; anew where they changed meanwhile."""
    for turn in range(TRIES):
        bill_evaluation = evaluation.evaluate_bill(
            store=act.store.pk, reported_bill=act.reported_bill, found=found, cards=held, at=act.at
        )
        try:
            uses = _redemption_lines(act, bill_evaluation)
        except CouponNotUsable as refusal:
            return full_request(replay_or_raise(act.key, refusal))
        context = procedures.RedeemContext(
            merchant=act.store.merchant_id,
            store=act.store.pk,
            bill_no=act.reported_bill.bill_no,
            bill_fen=act.reported_bill.fen,
            bill_seq=found.bill.seq,
            actor=act.actor,
        )
        try:
            made = procedures.redeem(
                context=context,
                request_no=act.request_no,
                uses=uses,
                offline=act.given_fen is not None,
                key=act.key,
                at=act.at,
            )
        except CouponChanged:
            if turn == TRIES - 1:
                raise
            found = act.read_snapshot(held)
            held = [found.cards[card.pk] for card in held]
        else:
            if made.repeated:
                return full_request(made.request)
            offline = act.given_fen is not None
            return redemption_result(
                made, context, act.request_no, uses, bill_evaluation, offline=offline, at=act.at
            )
    raise AssertionError("unreachable")


def _redemption_lines(
    act: _RedeemRequest, bill_evaluation: BillEvaluation
) -> list[procedures.RedemptionLine]:
    """What each coupon takes off beside the others, at most what was given already.

    Raises CouponNotUsable for the first that cannot.
    """
    at, given_fen = act.at, act.given_fen
    for coupon_evaluation in bill_evaluation.evaluations:
        _require(coupon_evaluation, coupon_evaluation.eligibility.reasons, at)
    for coupon_evaluation, other in combinations(bill_evaluation.evaluations, 2):
        if not stacking.can_stack(coupon_evaluation.candidate, other.candidate):
            _require(other, (Reason("not_beside_another"),), at)
    of_code = {
        coupon_evaluation.card.public_id: coupon_evaluation
        for coupon_evaluation in bill_evaluation.evaluations
    }
    uses = []
    candidates = [coupon_evaluation.candidate for coupon_evaluation in bill_evaluation.evaluations]
    for step in stacking.combined(
        bill_evaluation.bill, candidates, bill_evaluation.candidates_on_bill
    ):
        coupon_evaluation = of_code[step.code]
        benefit = coupon_evaluation.terms.usage.benefit
        discount = step.discount_fen if given_fen is None else min(step.discount_fen, given_fen)
        if benefit.on_a_bill and discount == 0:
            # Its goods are paid already; the coupon would be used up for nothing.
            _require(coupon_evaluation, (Reason("no_eligible_items"),), at)
        cost = discount if benefit.on_a_bill else coupon_evaluation.cost_fen
        uses.append(
            procedures.RedemptionLine(
                coupon=coupon_evaluation.card.pk,
                public_id=new_id("rdm"),
                member=coupon_evaluation.card.member,
                version=coupon_evaluation.card.version,
                uses_left=coupon_evaluation.card.held.uses_left,
                value_left=coupon_evaluation.card.held.value_left,
                single=coupon_evaluation.terms.uses == 1 and not coupon_evaluation.terms.partial,
                partial=coupon_evaluation.terms.partial,
                most=coupon_evaluation.terms.max_cost_fen,
                eligible=coupon_evaluation.eligibility.eligible_fen,
                discount=discount,
                cost=cost,
                turn=coupon_evaluation.card.turn,
                parts=evaluation.funding_parts(
                    coupon_evaluation.terms,
                    act.store.merchant_id,
                    cost,
                    coupon_evaluation.card.turn,
                ),
                shown_by_pass=act.passes.get(coupon_evaluation.card.pk),
            )
        )
    return uses


def _require(coupon_evaluation: Evaluation, reasons: Sequence[Reason], at: datetime) -> None:
    if reasons:
        raise CouponNotUsable(
            coupon=coupon_evaluation.card.public_id,
            reasons=evaluation.reason_documents(reasons, at),
        )

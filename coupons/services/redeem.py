"""Redeem: coupons used on a bill at a counter, all of them or none, never twice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import combinations

from coupons import evaluation, presented, procedures
from coupons.engine import stacking
from coupons.engine.bill import Bill
from coupons.engine.coupon import CouponState, Evaluation, RedemptionLine
from coupons.engine.evaluation import BillEvaluation
from coupons.engine.reasons import Reason
from coupons.errors import CouponChanged, CouponNotUsable
from coupons.models import Coupon
from coupons.procedures import PostedRedemptions, RedeemRequest
from coupons.queries import version_terms
from coupons.queries.counter import CounterSnapshot, read_counter
from coupons.queries.redemptions import redemption_result
from coupons.results import RedeemedCoupon, RedemptionResult, funding_shares
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
    reported_bill: Bill,
    codes: Sequence[str],
    request_no: str,
    actor: str,
    key: Key,
) -> RedemptionResult:
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
        found = read_counter(store.pk, reported_bill, [code.coupon for code in seen])
        coupons = presented.require_unchanged(seen, found.coupons)
    except DomainError as refusal:
        return redemption_result(replay_or_raise(key, refusal))
    request = RedeemRequest(
        store=store,
        bill=reported_bill,
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        passes={code.coupon: code.pass_made_at for code in seen if code.pass_made_at},
    )
    return _evaluate_and_redeem(request, found, coupons)


def redeem_offline(
    *,
    store: Store,
    reported_bill: Bill,
    coupon: CouponState,
    discount_fen: int,
    request_no: str,
    actor: str,
    key: Key,
    at: datetime,
    pass_made_at: datetime | None,
) -> RedemptionResult:
    """Write down what a till without a network did at an instant that is over; of the discount that it
    gave, no more than the rules give. A coupon that expired since then comes back for it. `pass_made_at`
    names the open pass that it took, which counts once, here or at any other till.

    Raises as redeem_coupons does, but for codes.
    """
    if coupon.state == Coupon.State.EXPIRED and at < coupon.valid_until:
        procedures.revive(coupon=coupon.pk, terms=version_terms(coupon.version))
    request = RedeemRequest(
        store=store,
        bill=reported_bill,
        request_no=request_no,
        actor=actor,
        key=key,
        at=at,
        given_fen=discount_fen,
        passes={coupon.pk: pass_made_at} if pass_made_at else {},
    )
    found = _read_snapshot(request, [coupon])
    return _evaluate_and_redeem(request, found, [found.coupons[coupon.pk]])


def _read_snapshot(request: RedeemRequest, coupons: Sequence[CouponState]) -> CounterSnapshot:
    return read_counter(request.store.pk, request.bill, [coupon.pk for coupon in coupons])


def _evaluate_and_redeem(
    request: RedeemRequest, found: CounterSnapshot, coupons: Sequence[CouponState]
) -> RedemptionResult:
    """Evaluate and use them as they were found; anew where they changed meanwhile."""
    for attempt in range(TRIES):
        bill_evaluation = evaluation.evaluate_bill(
            store=request.store.pk,
            reported_bill=request.bill,
            found=found,
            coupons=coupons,
            at=request.at,
        )
        try:
            lines = _redemption_lines(request, bill_evaluation)
        except CouponNotUsable as refusal:
            return redemption_result(replay_or_raise(request.key, refusal))
        try:
            made = procedures.redeem(request=request, bill_seq=found.bill.seq, lines=lines)
        except CouponChanged:
            if attempt == TRIES - 1:
                raise
            found = _read_snapshot(request, coupons)
            coupons = [found.coupons[coupon.pk] for coupon in coupons]
        else:
            if made.repeated:
                return redemption_result(made.request)
            return _build_result(made, request, lines)
    raise AssertionError("unreachable")


def _build_result(
    posted: PostedRedemptions, request: RedeemRequest, lines: Sequence[RedemptionLine]
) -> RedemptionResult:
    """Of what was just written, without reading it back."""
    in_order = sorted(lines, key=lambda line: line.coupon.pk)
    return RedemptionResult(
        pk=posted.request,
        request_no=request.request_no,
        bill_no=request.bill.bill_no,
        bill_fen=request.bill.fen,
        bill_discount_fen=posted.bill_discount_fen,
        redemptions=tuple(
            RedeemedCoupon(
                pk=pk,
                public_id=line.public_id,
                coupon=line.coupon.public_id,
                version=line.terms.pk,
                name=line.terms.name,
                bill_no=request.bill.bill_no,
                discount_fen=line.discount_fen,
                cost_fen=line.cost_fen,
                funding=funding_shares(
                    (*posted.parties[party], fen)
                    for party, fen in line.funding_parts(request.store.merchant_id)
                ),
                at=request.at,
                reversed_at=None,
            )
            for pk, line in zip(posted.redemptions, in_order, strict=True)
        ),
    )


def _redemption_lines(
    request: RedeemRequest, bill_evaluation: BillEvaluation
) -> list[RedemptionLine]:
    """What each coupon takes off beside the others, at most what was given already.

    Raises CouponNotUsable for the first that cannot.
    """
    for coupon_evaluation in bill_evaluation.evaluations:
        _require(coupon_evaluation, coupon_evaluation.reasons, request.at)
    for coupon_evaluation, other in combinations(bill_evaluation.evaluations, 2):
        if not stacking.can_stack(coupon_evaluation, other):
            _require(other, (Reason("not_beside_another"),), request.at)
    lines = []
    for line in bill_evaluation.combined():
        given_fen = line.discount_fen if request.given_fen is None else request.given_fen
        discount_fen = min(line.discount_fen, given_fen)
        if line.terms.benefit.takes_off_bill and discount_fen == 0:
            # Its goods are paid already; the coupon would be used up for nothing.
            _require(line.evaluation, (Reason("no_eligible_items"),), request.at)
        lines.append(
            replace(
                line,
                discount_fen=discount_fen,
                public_id=new_id("rdm"),
                pass_made_at=request.passes.get(line.coupon.pk),
            )
        )
    return lines


def _require(coupon_evaluation: Evaluation, reasons: Sequence[Reason], at: datetime) -> None:
    if reasons:
        raise CouponNotUsable(
            coupon=coupon_evaluation.coupon.public_id,
            reasons=evaluation.reason_documents(reasons, at),
        )

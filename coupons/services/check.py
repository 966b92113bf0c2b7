"""Check: what coupons are worth on this bill, who pays for them, and if not, why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coupons import codes as code_texts
from coupons import evaluation, presented
from coupons.engine.stacking import DiscountLine
from coupons.evaluation import Evaluation, ReportedBill
from coupons.queries.counter import read_counter, wallet
from district.kernel import clock
from district.merchants.models import Store, Visit
from district.merchants.queries import require_live


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Every coupon evaluated alone, a ticket to redeem it with, and the best combination line by line.

    `before_fen` is to be paid before these coupons; after each of the best ones its step's `left_fen`."""

    evaluations: tuple[Evaluation, ...]
    tickets: dict[str, str]
    best: tuple[DiscountLine, ...]
    before_fen: int
    at: datetime


def check_coupons(
    *, store: Store, reported_bill: ReportedBill, codes: Sequence[str], visit: Visit | None = None
) -> CheckResult:
    """Evaluate the coupons shown by code, and with a visit all of the member's; nothing is written but a
    wrong PIN.

    Raises CodeLeasedElsewhere, PinClosed, PinWrong, TokenExpired, TokenInvalid, TokenUsed, VisitOver.
    """
    at, now = clock.now(), clock.real_now()
    seen = presented.read_presented(codes, store.pk)
    found = read_counter(
        store.pk, reported_bill.bill_no, reported_bill.fen, [code.coupon for code in seen]
    )
    held = presented.require_unchanged(seen, found.cards)
    wished = {card.pk: code.pass_made_at for card, code in zip(held, seen, strict=True)}
    if visit is not None:
        require_live(visit)
        held += [card for card in wallet(visit.member_id) if card.pk not in wished]
    bill_evaluation = evaluation.evaluate_bill(
        store=store.pk, reported_bill=reported_bill, found=found, cards=held, at=at
    )
    usable = [
        coupon_evaluation
        for coupon_evaluation in bill_evaluation.evaluations
        if coupon_evaluation.eligibility.usable
    ]
    return CheckResult(
        evaluations=bill_evaluation.evaluations,
        tickets={
            coupon_evaluation.card.public_id: code_texts.ticket_of(
                replace(
                    presented.presented_now(coupon_evaluation.card),
                    pass_made_at=wished.get(coupon_evaluation.card.pk),
                ),
                store.pk,
                now,
            )
            for coupon_evaluation in usable
        },
        best=evaluation.best_combination(
            bill_evaluation.bill, bill_evaluation.candidates_on_bill, usable, wished
        ),
        before_fen=bill_evaluation.before_fen,
        at=at,
    )

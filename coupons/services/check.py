"""Check: what coupons are worth on this bill, who pays for them, and if not, why not."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from coupons import codes as code_texts
from coupons import evaluation, presented
from coupons.engine.bill import Bill
from coupons.engine.coupon import RedemptionLine
from coupons.engine.evaluation import BillEvaluation
from coupons.queries.counter import read_counter, wallet
from district.kernel import clock
from district.merchants.models import Store, Visit
from district.merchants.queries import require_live


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Every coupon evaluated alone on the bill as it stands, a ticket to redeem it with, and the best
    combination line by line."""

    bill_evaluation: BillEvaluation
    tickets: dict[str, str]
    best: tuple[RedemptionLine, ...]
    at: datetime


def check_coupons(
    *, store: Store, reported_bill: Bill, codes: Sequence[str], visit: Visit | None = None
) -> CheckResult:
    """Evaluate the coupons shown by code, and with a visit all of the member's; nothing is written but a
    wrong PIN.

    Raises CodeLeasedElsewhere, PinClosed, PinWrong, TokenExpired, TokenInvalid, TokenUsed, VisitOver.
    """
    at, now = clock.now(), clock.real_now()
    seen = presented.read_presented(codes, store.pk)
    found = read_counter(store.pk, reported_bill, [code.coupon for code in seen])
    states = presented.require_unchanged(seen, found.coupons)
    wished = {code.coupon: code.pass_made_at for code in seen}
    if visit is not None:
        require_live(visit)
        states += [coupon for coupon in wallet(visit.member_id) if coupon.pk not in wished]
    bill_evaluation = evaluation.evaluate_bill(
        store=store.pk, reported_bill=reported_bill, found=found, coupons=states, at=at
    )
    return CheckResult(
        bill_evaluation=bill_evaluation,
        tickets={
            usable.coupon.public_id: code_texts.ticket_of(
                replace(
                    presented.presented_now(usable.coupon),
                    pass_made_at=wished.get(usable.coupon.pk),
                ),
                store.pk,
                now,
            )
            for usable in bill_evaluation.usable
        },
        best=bill_evaluation.best(wished),
        at=at,
    )

"""Whether a coupon may be used on a bill here and now, what it is then worth, and if not, why not."""

from dataclasses import replace
from datetime import datetime

from coupons.engine.bill import Bill, StoreRef
from coupons.engine.coupon import CouponState, Evaluation
from coupons.engine.reasons import Reason, Remedy
from coupons.engine.schedule import IsWorkday, Schedule, whole_second
from coupons.engine.scope import CouponScope
from coupons.engine.terms import Terms


def check_eligibility(  # noqa: PLR0917
    coupon: CouponState,
    terms: Terms,
    bill: Bill,
    counter: StoreRef,
    at: datetime,
    is_workday: IsWorkday,
) -> Evaluation:
    """A coupon alone on a bill; what others beside it do is the business of `stacking`.

    Whole seconds decide, as a pass says them: a scan in the second of the claim is valid, one in the
    second of the end is not.
    """
    at, scope = whole_second(at), terms.scope
    rounded = replace(
        coupon,
        valid_from=whole_second(coupon.valid_from),
        valid_until=whole_second(coupon.valid_until),
        leased_until=coupon.leased_until and whole_second(coupon.leased_until),
    )
    eligible = bill.eligible_fen(scope.products, scope.but_no_products)
    reasons = [
        *_state_reasons(rounded),
        *_time_reasons(rounded, terms.schedule, at, is_workday),
        *_place_reasons(rounded, scope, counter, at),
        *_bill_reasons(terms, eligible),
    ]
    reasons.sort(key=lambda reason: reason.remedy)
    # Where nothing the shopper could change would help, nothing else is said.
    reasons = [reason for reason in reasons if reason.remedy == Remedy.NONE][:1] or reasons
    return Evaluation(
        coupon=coupon,
        terms=terms,
        discount_fen=0 if reasons else terms.benefit.discount(eligible, coupon.value_left),
        eligible_fen=eligible,
        products=bill.eligible(scope.products, scope.but_no_products),
        reasons=tuple(reasons),
    )


def _state_reasons(coupon: CouponState) -> list[Reason]:
    if coupon.state == "void":
        return [Reason("void")]
    # A state nobody foresaw is not one a coupon can be used in.
    if coupon.state not in ("live", "expired") or coupon.uses_left < 1 or coupon.value_left == 0:
        return [Reason("used")]
    return []


def _time_reasons(
    coupon: CouponState, schedule: Schedule, at: datetime, is_workday: IsWorkday
) -> list[Reason]:
    if coupon.state == "expired" or at >= coupon.valid_until:
        return [Reason("expired", {"until": coupon.valid_until})]
    begins = max(at, coupon.valid_from)
    if schedule.open_at(begins, is_workday):
        return [] if begins == at else [Reason("not_yet_valid", {"from": begins})]
    opens = schedule.opens_after(begins, coupon.valid_until, is_workday)
    if opens is None:
        return [Reason("never_again", {"until": coupon.valid_until})]
    if at < coupon.valid_from:
        return [Reason("not_yet_valid", {"from": opens})]
    same_day = opens.date() == at.astimezone(opens.tzinfo).date()
    return [Reason("not_at_this_hour" if same_day else "not_on_this_day", {"from": opens})]


def _place_reasons(
    coupon: CouponState, scope: CouponScope, counter: StoreRef, at: datetime
) -> list[Reason]:
    if not scope.holds_at(counter):
        return [Reason("not_at_this_store")]
    leased = coupon.leased_until is not None and at < coupon.leased_until
    if leased and coupon.leased_to != counter.store:
        return [
            Reason(
                "leased_to_another_store", {"store": coupon.leased_to, "until": coupon.leased_until}
            )
        ]
    return []


def _bill_reasons(terms: Terms, eligible_fen: int) -> list[Reason]:
    benefit = terms.benefit
    if terms.scope.needs_lines and eligible_fen == 0:
        return [Reason("no_eligible_items")]
    missing = benefit.threshold_fen - eligible_fen
    if missing > 0:
        return [Reason("below_threshold", {"short_fen": missing})]
    # Cash or a percentage off that comes to nothing would use the coupon up for nothing.
    if benefit.takes_off_bill and benefit.max_cost_fen() and not benefit.discount(eligible_fen):
        return [Reason("no_eligible_items")]
    return []

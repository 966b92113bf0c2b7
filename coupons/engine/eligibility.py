"""Whether a coupon may be used on a bill here and now, what it is then worth, and if not, why not."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from coupons.engine.benefits import Benefit, benefit_of
from coupons.engine.bill import Bill, StoreRef
from coupons.engine.reasons import Reason, Remedy
from coupons.engine.scopes import CouponScope
from coupons.engine.times import IsWorkday, Times, whole_second


@dataclass(frozen=True, slots=True)
class UsageTerms:
    """What a published template version says of its coupons; it never changes."""

    benefit: Benefit
    scope: CouponScope
    times: Times

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """From plain JSON, as a till without a network is given it."""
        return cls(
            benefit_of(document["benefit"]),
            CouponScope.of(document.get("scope", {})),
            Times.of(document.get("times", {})),
        )


@dataclass(frozen=True, slots=True)
class CouponState:
    """A coupon as it is now: `valid_until` is exclusive; `value_left` in fen where a value is used up in
    parts; leased to one store until an instant, others must not take it meanwhile."""

    state: str
    valid_from: datetime
    valid_until: datetime
    uses_left: int = 1
    value_left: int | None = None
    leased_to: str = ""
    leased_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Eligibility:
    """What a coupon takes off a bill in fen; or the reasons against it, the easiest to mend first."""

    discount_fen: int
    eligible_fen: int
    reasons: tuple[Reason, ...] = ()

    @property
    def usable(self) -> bool:
        return not self.reasons


def check_eligibility(  # noqa: PLR0917
    coupon: CouponState,
    usage: UsageTerms,
    bill: Bill,
    counter: StoreRef,
    at: datetime,
    is_workday: IsWorkday,
) -> Eligibility:
    """A coupon alone on a bill; what others beside it do is the business of `stacking`.

    Whole seconds decide, as a pass says them: a scan in the second of the claim is valid, one in the
    second of the end is not.
    """
    at = whole_second(at)
    coupon = replace(
        coupon,
        valid_from=whole_second(coupon.valid_from),
        valid_until=whole_second(coupon.valid_until),
        leased_until=coupon.leased_until and whole_second(coupon.leased_until),
    )
    eligible = bill.eligible_fen(usage.scope.products, usage.scope.but_no_products)
    reasons = [
        *_state_reasons(coupon),
        *_time_reasons(coupon, usage.times, at, is_workday),
        *_place_reasons(coupon, usage.scope, counter, at),
        *_bill_reasons(usage, eligible),
    ]
    reasons.sort(key=lambda reason: reason.remedy)
    # Where nothing the shopper could change would help, nothing else is said.
    reasons = [reason for reason in reasons if reason.remedy == Remedy.NONE][:1] or reasons
    discount = 0 if reasons else usage.benefit.discount(eligible, coupon.value_left)
    return Eligibility(discount, eligible, tuple(reasons))


def _state_reasons(coupon: CouponState) -> list[Reason]:
    if coupon.state == "void":
        return [Reason("void")]
    # A state nobody foresaw is not one a coupon can be used in.
    if coupon.state not in ("live", "expired") or coupon.uses_left < 1 or coupon.value_left == 0:
        return [Reason("used")]
    return []


def _time_reasons(
    coupon: CouponState, times: Times, at: datetime, is_workday: IsWorkday
) -> list[Reason]:
    if coupon.state == "expired" or at >= coupon.valid_until:
        return [Reason("expired", {"until": coupon.valid_until})]
    begins = max(at, coupon.valid_from)
    if times.open_at(begins, is_workday):
        return [] if begins == at else [Reason("not_yet_valid", {"from": begins})]
    opens = times.opens_after(begins, coupon.valid_until, is_workday)
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


def _bill_reasons(usage: UsageTerms, eligible_fen: int) -> list[Reason]:
    if usage.scope.needs_lines and eligible_fen == 0:
        return [Reason("no_eligible_items")]
    missing = usage.benefit.threshold_fen - eligible_fen
    if missing > 0:
        return [Reason("below_threshold", {"short_fen": missing})]
    # Cash or a percentage off that comes to nothing would use the coupon up for nothing.
    if (
        usage.benefit.max_cost_fen()
        and usage.benefit.on_a_bill
        and not usage.benefit.discount(eligible_fen)
    ):
        return [Reason("no_eligible_items")]
    return []

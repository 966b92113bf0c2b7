"""Whether a coupon may be used on a bill here and now, what it is then worth, and if not, why not."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Self

from coupons.rules.benefits import Benefit, benefit_of
from coupons.rules.bill import Bill, Counter
from coupons.rules.reasons import Reason, Remedy
from coupons.rules.scopes import Scope
from coupons.rules.times import IsWorkday, Times, whole_second


@dataclass(frozen=True, slots=True)
class Rules:
    """What a published template version says of its coupons; it never changes."""

    benefit: Benefit
    scope: Scope
    times: Times

    @classmethod
    def of(cls, document: dict[str, Any]) -> Self:
        """From plain JSON, as a till without a network is given it."""
        return cls(
            benefit_of(document["benefit"]),
            Scope.of(document.get("scope", {})),
            Times.of(document.get("times", {})),
        )


@dataclass(frozen=True, slots=True)
class Held:
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
class Verdict:
    """What a coupon takes off a bill in fen; or the reasons against it, the easiest to mend first."""

    discount_fen: int
    eligible_fen: int
    reasons: tuple[Reason, ...] = ()

    @property
    def usable(self) -> bool:
        return not self.reasons


def judge(  # noqa: PLR0917
    held: Held, rules: Rules, bill: Bill, counter: Counter, at: datetime, is_workday: IsWorkday
) -> Verdict:
    """A coupon alone on a bill; what others beside it do is the business of `stacking`.

    Whole seconds decide, as a pass says them: a scan in the second of the claim is valid, one in the
    second of the end is not.
    """
    at = whole_second(at)
    held = replace(
        held,
        valid_from=whole_second(held.valid_from),
        valid_until=whole_second(held.valid_until),
        leased_until=held.leased_until and whole_second(held.leased_until),
    )
    eligible = bill.eligible_fen(rules.scope.products, rules.scope.but_no_products)
    reasons = [
        *_of_its_state(held),
        *_of_the_time(held, rules.times, at, is_workday),
        *_of_the_place(held, rules.scope, counter, at),
        *_of_the_bill(rules, eligible),
    ]
    reasons.sort(key=lambda reason: reason.remedy)
    # Where nothing the shopper could change would help, nothing else is said.
    reasons = [reason for reason in reasons if reason.remedy == Remedy.NONE][:1] or reasons
    discount = 0 if reasons else rules.benefit.discount(eligible, held.value_left)
    return Verdict(discount, eligible, tuple(reasons))


def _of_its_state(held: Held) -> list[Reason]:
    if held.state == "void":
        return [Reason("void")]
    # A state nobody foresaw is not one a coupon can be used in.
    if held.state not in ("live", "expired") or held.uses_left < 1 or held.value_left == 0:
        return [Reason("used")]
    return []


def _of_the_time(held: Held, times: Times, at: datetime, is_workday: IsWorkday) -> list[Reason]:
    if held.state == "expired" or at >= held.valid_until:
        return [Reason("expired", {"until": held.valid_until})]
    begins = max(at, held.valid_from)
    if times.open_at(begins, is_workday):
        return [] if begins == at else [Reason("not_yet_valid", {"from": begins})]
    opens = times.opens_after(begins, held.valid_until, is_workday)
    if opens is None:
        return [Reason("never_again", {"until": held.valid_until})]
    if at < held.valid_from:
        return [Reason("not_yet_valid", {"from": opens})]
    same_day = opens.date() == at.astimezone(opens.tzinfo).date()
    return [Reason("not_at_this_hour" if same_day else "not_on_this_day", {"from": opens})]


def _of_the_place(held: Held, scope: Scope, counter: Counter, at: datetime) -> list[Reason]:
    if not scope.holds_at(counter):
        return [Reason("not_at_this_store")]
    leased = held.leased_until is not None and at < held.leased_until
    if leased and held.leased_to != counter.store:
        return [
            Reason("leased_to_another_store", {"store": held.leased_to, "until": held.leased_until})
        ]
    return []


def _of_the_bill(rules: Rules, eligible_fen: int) -> list[Reason]:
    if rules.scope.asks_for_lines and eligible_fen == 0:
        return [Reason("no_eligible_items")]
    missing = rules.benefit.threshold_fen - eligible_fen
    if missing > 0:
        return [Reason("below_threshold", {"short_fen": missing})]
    # Cash or a percentage off that comes to nothing would use the coupon up for nothing.
    if (
        rules.benefit.most()
        and rules.benefit.on_a_bill
        and not rules.benefit.discount(eligible_fen)
    ):
        return [Reason("no_eligible_items")]
    return []

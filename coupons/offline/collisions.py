"""Who bears a coupon that was taken by the rules and was no longer there to take.

A merchant is one party, whatever its stores and terminals know of each other: what it took twice itself,
by this pass or since it was shown, is its own. Of one open pass each merchant is answered for once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from coupons.engine.passes import Pass
from coupons.models import Coupon, Redemption
from coupons.offline.log_queries import entries_after_pass, entries_of_pass
from coupons.offline.models import RedemptionConflict, Terminal
from district.kernel.errors import TokenUsed

Payer = RedemptionConflict.Payer


@dataclass(frozen=True, slots=True)
class Collision:
    """Why a coupon was not there, who bears it, and the redemption that had come before, if any."""

    reason: str
    payer: str
    winner: Redemption | None


def collision_of(
    terminal: Terminal, coupon_pass: Pass, coupon: int, *, code: str, within_allowance: bool
) -> Collision:
    """Of a coupon that is gone; `code` is the refusal's. In the caller's transaction, which holds the
    terminal's row; here the coupon's is locked, so that of several at once each sees those before."""
    Coupon.objects.select_for_update(no_key=True).get(pk=coupon)
    live = Redemption.objects.filter(coupon=coupon, reversed_at=None).order_by("-pk")
    of_pass = (
        live.filter(pass_made_at=coupon_pass.made_at).first() if code == TokenUsed.code else None
    )
    winner = of_pass or live.first()
    own = _stores_that_took(
        terminal, coupon_pass, coupon, live, winner, by_pass=of_pass is not None
    )
    if not within_allowance:
        return Collision("beyond_the_allowance", Payer.STORE, winner)
    if own:
        here = terminal.store_id in own
        return Collision("used_at_this_" + ("store" if here else "merchant"), Payer.STORE, winner)
    return Collision("used_elsewhere" if winner else "withdrawn", Payer.ALLIANCE, winner)


def _stores_that_took(
    terminal: Terminal,
    coupon_pass: Pass,
    coupon: int,
    live: QuerySet[Redemption],
    winner: Redemption | None,
    *,
    by_pass: bool,
) -> Sequence[int]:
    """The stores where the merchant itself took what is missing now; none if others did."""
    merchant = terminal.store.merchant_id
    if winner is not None and winner.merchant_id == merchant:
        return [winner.store_id]
    theirs = {"terminal__store__merchant": merchant}
    if coupon_pass.store == 0:
        stores = (
            entries_of_pass(coupon_pass, coupon)
            .filter(**theirs)
            .values_list("terminal__store", flat=True)
        )
        if stores or by_pass:
            return list(stores)
    online = live.filter(merchant=merchant, offline=False, at__gte=coupon_pass.made_at)
    takes = [
        *online.values_list("store", "discount_fen"),
        *entries_after_pass(coupon_pass, coupon)
        .filter(**theirs)
        .values_list("terminal__store", "discount_fen"),
    ]
    if coupon_pass.value_left is None:
        used_up = len(takes) >= coupon_pass.uses_left
    else:
        used_up = sum(fen for _store, fen in takes) >= coupon_pass.value_left
    return [store for store, _fen in takes] if used_up else []

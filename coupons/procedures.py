"""The only Python that calls the coupons' SQL functions: typed, refusals translated.

Each function is one server call and one transaction of its own when the caller has none open.
"""

import json
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from coupons.queries import VersionTerms
from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.database.postgres import call
from district.kernel.idempotency import Key
from district.kernel.outbox.events import wake_worker_on_commit


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """A coupon just made, or of a repeated key only its number."""

    pk: int
    public_id: str
    valid_from: datetime
    valid_until: datetime
    repeated: bool


@dataclass(frozen=True, slots=True)
class ClaimLimits:
    """How many a member may have by this way; None where a way has no limit."""

    in_all: int | None
    a_day: int | None


def claim(
    *, terms: VersionTerms, member: int, source: str, limits: ClaimLimits, key: Key, at: datetime
) -> ClaimResult:
    """Give the next coupon of a version, exactly once per key.

    Raises BudgetUsedUp, ClaimBusy, DailyClaimLimitReached, ClaimLimitReached, ClaimNotBegun, ClaimOver,
    CouponSoldOut, CouponSoldOutToday, KeyReused.
    """
    public_id = new_id("cpn")
    valid_from, valid_until = terms.validity.window(at)
    pk: int = call(
        "coupons_claim",
        *(key.scope, key.key, key.terms),
        *(terms.pk, member, public_id, source, None, None),
        *(limits.in_all, limits.a_day, clock.business_day(at)),
        *(terms.uses, terms.value_fen, terms.reserve, valid_from, valid_until, at),
    )
    wake_worker_on_commit()
    return ClaimResult(abs(pk), public_id, valid_from, valid_until, repeated=pk < 0)


@dataclass(frozen=True, slots=True)
class RedemptionLine:
    """A coupon to be used as it was evaluated; `parts` is [[party, fen], …], `shown_by_pass` the instant at
    which the open pass that showed it was made, in ISO, where one did."""

    coupon: int
    public_id: str
    member: int
    version: int
    uses_left: int
    value_left: int | None
    single: bool
    partial: bool
    most: int
    eligible: int
    discount: int
    cost: int
    turn: int
    parts: list[list[int]]
    shown_by_pass: str | None = None


_USE = [column.name for column in fields(RedemptionLine)]


@dataclass(frozen=True, slots=True)
class RedeemContext:
    """Where coupons are used, on which bill as it was seen, and who asks; ids and fen."""

    merchant: int
    store: int
    bill_no: str
    bill_fen: int
    bill_seq: int
    actor: str


@dataclass(frozen=True, slots=True)
class RedeemResult:
    """Rows just written, by number: the redemptions in the order of their coupons, what is now off the
    bill in all (fen), and public id and name of each party that bears a part.

    Of a repeated key only the request is known.
    """

    request: int
    repeated: bool = False
    bill: int = 0
    off: int = 0
    redemptions: tuple[int, ...] = ()
    parties: dict[int, tuple[str, str]] = field(default_factory=dict)


def redeem(
    *,
    context: RedeemContext,
    request_no: str,
    uses: list[RedemptionLine],
    offline: bool,
    key: Key,
    at: datetime,
) -> RedeemResult:
    """Use coupons on a bill, all or none, exactly once per key.

    Raises CouponAlreadyRedeemed, CouponBillChanged, CouponBillHasRefunds, CouponBillAmountMismatch,
    CouponBudgetUsedUp, CouponChanged, KeyReused, RequestAlreadyRedeemed, TokenUsed.
    """
    written: str = call(
        "coupons_redeem",
        *(key.scope, key.key, key.terms),
        *(
            context.merchant,
            context.store,
            request_no,
            context.bill_no,
            context.bill_fen,
            context.bill_seq,
        ),
        *(json.dumps([_plain(use) for use in uses]), offline, context.actor, at),
    )
    wake_worker_on_commit()
    made = json.loads(written)
    if "earlier" in made:
        return RedeemResult(made["earlier"], repeated=True)
    return RedeemResult(
        request=made["request"],
        bill=made["bill"],
        off=made["off"],
        redemptions=tuple(made["redemptions"]),
        parties={int(pk): tuple(named) for pk, named in (made["parties"] or {}).items()},
    )


def _plain(use: RedemptionLine) -> dict[str, object]:
    return {name: getattr(use, name) for name in _USE}


@dataclass(frozen=True, slots=True)
class Reversal:
    """A redemption to undo, and why."""

    redemption: int
    reference: str
    reason: str
    actor: str


def reverse(*, reversal: Reversal, terms: VersionTerms, key: Key, at: datetime) -> int:
    """Undo a redemption, exactly once per key; its pk. Raises KeyReused, RedemptionAlreadyReversed."""
    pk: int = call(
        "coupons_reverse", key.scope, key.key, key.terms, *_reversal_arguments(reversal, terms, at)
    )
    wake_worker_on_commit()
    return pk


def reverse_unkeyed(*, reversal: Reversal, terms: VersionTerms, at: datetime) -> None:
    """The same within an act that holds its own key and the bill's row."""
    call("coupons_undo", *_reversal_arguments(reversal, terms, at))
    wake_worker_on_commit()


def refund(
    *,
    bill: int,
    refund_no: str,
    goods_fen: int,
    discount_fen: int,
    parts: list[list[object]],
    actor: str,
    at: datetime,
) -> int:
    """Write down goods that came back and what each redemption now costs; the refund's pk.

    The caller holds the bill's row. `parts` as `coupons_refund` says. Raises RefundNumberUsed.
    """
    pk: int = call(
        "coupons_refund",
        *(bill, new_id("crf"), refund_no, goods_fen, discount_fen),
        *(json.dumps(parts), actor, at),
    )
    wake_worker_on_commit()
    return pk


def replacement_arguments(terms: VersionTerms, at: datetime) -> list[object] | None:
    """What a part of `refund` says of a coupon that is used up in parts; None of any other."""
    until = replacement_valid_until(terms, at)
    return [new_id("cpn"), until and until.isoformat()] if terms.partial else None


def replacement_valid_until(terms: VersionTerms, at: datetime) -> datetime | None:
    """How long what is granted instead of a coupon that has ended would be good, if anything is."""
    days = terms.replacement_days
    return clock.start_of_day(clock.business_day(at)) + timedelta(days=days) if days else None


def _reversal_arguments(
    reversal: Reversal, terms: VersionTerms, at: datetime
) -> tuple[object, ...]:
    return (
        *(reversal.redemption, reversal.reference, terms.max_cost_fen, terms.partial),
        *(new_id("cpn"), replacement_valid_until(terms, at), reversal.reason, reversal.actor, at),
    )


def revive(*, coupon: int, terms: VersionTerms) -> None:
    """Make an expired coupon live again for a use before its end; in the caller's transaction.

    One whose purchase no longer brings it stays as it is.
    """
    call("coupons_revive", coupon, terms.max_cost_fen, terms.partial)

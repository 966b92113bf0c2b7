"""The only Python that calls the coupons' SQL functions: typed, refusals translated.

Each function is one server call and one transaction of its own when the caller has none open.
"""

import json
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta

from coupons.queries import Said
from district.kernel import clock
from district.kernel.events import ring_after_commit
from district.kernel.idempotency import Key
from district.kernel.ids import new_id
from district.kernel.postgres import call


@dataclass(frozen=True, slots=True)
class Given:
    """A coupon just made, or of a repeated key only its number."""

    pk: int
    public_id: str
    valid_from: datetime
    valid_until: datetime
    repeated: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How many a member may have by this way; None where a way has no limit."""

    in_all: int | None
    a_day: int | None


def claim(*, said: Said, member: int, source: str, limits: Limits, key: Key, at: datetime) -> Given:
    """Give the next coupon of a version, exactly once per key.

    Raises BudgetUsedUp, ClaimBusy, ClaimLimitOfTheDayReached, ClaimLimitReached, ClaimNotBegun, ClaimOver,
    CouponSoldOut, CouponSoldOutToday, KeyReused.
    """
    public_id = new_id("cpn")
    valid_from, valid_until = said.validity.window(at)
    pk: int = call(
        "coupons_claim",
        *(key.scope, key.key, key.terms),
        *(said.pk, member, public_id, source, None, None),
        *(limits.in_all, limits.a_day, clock.business_day(at)),
        *(said.uses, said.value_fen, said.reserve, valid_from, valid_until, at),
    )
    ring_after_commit()
    return Given(abs(pk), public_id, valid_from, valid_until, repeated=pk < 0)


@dataclass(frozen=True, slots=True)
class Use:
    """A coupon to be used as it was judged; `parts` is [[party, fen], …], `shown_by_pass` the instant at
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


_USE = [one.name for one in fields(Use)]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where coupons are used, on which bill as it was seen, and who asks; ids and fen."""

    merchant: int
    store: int
    bill_no: str
    bill_fen: int
    bill_seq: int
    actor: str


@dataclass(frozen=True, slots=True)
class Redeemed:
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
    *, desk: Desk, request_no: str, uses: list[Use], offline: bool, key: Key, at: datetime
) -> Redeemed:
    """Use coupons on a bill, all or none, exactly once per key.

    Raises CouponAlreadyRedeemed, CouponBillChanged, CouponBillRefunded, CouponBillToldOtherwise,
    CouponBudgetUsedUp, CouponChanged, KeyReused, RequestAlreadyRedeemed, TokenUsed.
    """
    written: str = call(
        "coupons_redeem",
        *(key.scope, key.key, key.terms),
        *(desk.merchant, desk.store, request_no, desk.bill_no, desk.bill_fen, desk.bill_seq),
        *(json.dumps([_plain(use) for use in uses]), offline, desk.actor, at),
    )
    ring_after_commit()
    made = json.loads(written)
    if "earlier" in made:
        return Redeemed(made["earlier"], repeated=True)
    return Redeemed(
        request=made["request"],
        bill=made["bill"],
        off=made["off"],
        redemptions=tuple(made["redemptions"]),
        parties={int(pk): tuple(named) for pk, named in (made["parties"] or {}).items()},
    )


def _plain(use: Use) -> dict[str, object]:
    return {name: getattr(use, name) for name in _USE}


@dataclass(frozen=True, slots=True)
class Undoing:
    """A redemption to undo, and why."""

    redemption: int
    reference: str
    reason: str
    actor: str


def reverse(*, undoing: Undoing, said: Said, key: Key, at: datetime) -> int:
    """Undo a redemption, exactly once per key; its pk. Raises KeyReused, RedemptionAlreadyReversed."""
    pk: int = call("coupons_reverse", key.scope, key.key, key.terms, *_undone(undoing, said, at))
    ring_after_commit()
    return pk


def undo(*, undoing: Undoing, said: Said, at: datetime) -> None:
    """The same within an act that holds its own key and the bill's row."""
    call("coupons_undo", *_undone(undoing, said, at))
    ring_after_commit()


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
    ring_after_commit()
    return pk


def value_back(said: Said, at: datetime) -> list[object] | None:
    """What a part of `refund` says of a coupon that is used up in parts; None of any other."""
    until = replaced_until(said, at)
    return [new_id("cpn"), until and until.isoformat()] if said.partial else None


def replaced_until(said: Said, at: datetime) -> datetime | None:
    """How long what is granted instead of a coupon that has ended would be good, if anything is."""
    days = said.replacement_days
    return clock.start_of_day(clock.business_day(at)) + timedelta(days=days) if days else None


def _undone(undoing: Undoing, said: Said, at: datetime) -> tuple[object, ...]:
    return (
        *(undoing.redemption, undoing.reference, said.most, said.partial),
        *(new_id("cpn"), replaced_until(said, at), undoing.reason, undoing.actor, at),
    )


def revive(*, coupon: int, said: Said) -> None:
    """Make an expired coupon live again for a use before its end; in the caller's transaction.

    One whose purchase no longer brings it stays as it is.
    """
    call("coupons_revive", coupon, said.most, said.partial)

"""The only Python that calls the coupons' SQL functions: typed, refusals translated.

Each function is one server call and one transaction of its own when the caller has none open.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta

from coupons.engine.bill import Bill
from coupons.engine.coupon import RedemptionLine
from coupons.engine.terms import Terms
from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.database.postgres import call, call_record
from district.kernel.idempotency import Key
from district.kernel.outbox.events import wake_worker_on_commit
from district.merchants.models import Store


@dataclass(frozen=True, slots=True)
class PostedCoupon:
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
    *, terms: Terms, member: int, source: str, limits: ClaimLimits, key: Key, at: datetime
) -> PostedCoupon:
    """Give the next coupon of a version, exactly once per key.

    Raises BudgetUsedUp, ClaimBusy, DailyClaimLimitReached, ClaimLimitReached, ClaimNotBegun, ClaimOver,
    CouponSoldOut, CouponSoldOutToday, KeyReused.
    """
    public_id = new_id("cpn")
    valid_from, valid_until = terms.valid_period(at)
    made = call_record(
        "coupons_claim",
        *(key.scope, key.key, key.terms),
        *(terms.pk, member, public_id, source, None, None),
        *(limits.in_all, limits.a_day, clock.business_day(at)),
        *(terms.uses, terms.value_fen, terms.reserve_fen, valid_from, valid_until, at),
    )
    wake_worker_on_commit()
    return PostedCoupon(
        pk=made["coupon"],
        public_id=public_id,
        valid_from=valid_from,
        valid_until=valid_until,
        repeated=made["repeated"],
    )


@dataclass(frozen=True, slots=True)
class RedeemRequest:
    """Coupons that are to be used at a counter: on which bill as it was reported, and who asks.

    `given_fen` is what a till without a network took off already; `passes` the instants at which the open
    passes that showed coupons were made, by coupon.
    """

    store: Store
    bill: Bill
    request_no: str
    actor: str
    key: Key
    at: datetime
    given_fen: int | None = None
    passes: Mapping[int, datetime] = field(default_factory=dict)

    @property
    def offline(self) -> bool:
        return self.given_fen is not None


@dataclass(frozen=True, slots=True)
class PostedRedemptions:
    """Rows just written, by number: the redemptions in the order of their coupons, what is now off the
    bill in all (fen), and public id and name of each party that bears a part.

    Of a repeated key only the request is known.
    """

    request: int
    repeated: bool = False
    bill_discount_fen: int = 0
    redemptions: tuple[int, ...] = ()
    parties: dict[int, tuple[str, str]] = field(default_factory=dict)


def redeem(
    *, request: RedeemRequest, bill_seq: int, lines: Sequence[RedemptionLine]
) -> PostedRedemptions:
    """Use coupons as they were evaluated on a bill as it was seen, all or none, exactly once per key.

    Raises CouponAlreadyRedeemed, CouponBillChanged, CouponBillHasRefunds, CouponBillAmountMismatch,
    CouponBudgetUsedUp, CouponChanged, KeyReused, RequestAlreadyRedeemed, TokenUsed.
    """
    merchant, bill, key = request.store.merchant_id, request.bill, request.key
    posted = call_record(
        "coupons_redeem",
        *(key.scope, key.key, key.terms),
        *(merchant, request.store.pk, request.request_no, bill.bill_no, bill.fen, bill_seq),
        *(json.dumps([_line_document(line, merchant) for line in lines]), request.offline),
        *(request.actor, request.at),
    )
    wake_worker_on_commit()
    if posted["repeated"]:
        return PostedRedemptions(posted["request"], repeated=True)
    parties = json.loads(posted["parties"] or "{}")
    return PostedRedemptions(
        request=posted["request"],
        bill_discount_fen=posted["bill_discount_fen"],
        redemptions=tuple(posted["redemptions"]),
        parties={int(pk): tuple(named) for pk, named in parties.items()},
    )


def _line_document(line: RedemptionLine, merchant: int) -> dict[str, object]:
    """As `coupons_redeem` reads it."""
    coupon, terms = line.coupon, line.terms
    return {
        "coupon": coupon.pk,
        "public_id": line.public_id,
        "member": coupon.member,
        "version": coupon.version,
        "uses_left": coupon.uses_left,
        "value_left": coupon.value_left,
        "single": terms.single_use,
        "partial": terms.in_parts,
        "most": terms.max_cost_fen,
        "eligible": line.evaluation.eligible_fen,
        "discount": line.discount_fen,
        "cost": line.cost_fen,
        "turn": coupon.turn,
        "parts": line.funding_parts(merchant),
        "shown_by_pass": line.pass_made_at and line.pass_made_at.isoformat(),
    }


@dataclass(frozen=True, slots=True)
class Reversal:
    """A redemption to undo, and why."""

    redemption: int
    reference: str
    reason: str
    actor: str


def reverse(*, reversal: Reversal, terms: Terms, key: Key, at: datetime) -> int:
    """Undo a redemption, exactly once per key; its pk. Raises KeyReused, RedemptionAlreadyReversed."""
    pk: int = call(
        "coupons_reverse", key.scope, key.key, key.terms, *_reversal_arguments(reversal, terms, at)
    )
    wake_worker_on_commit()
    return pk


def reverse_unkeyed(*, reversal: Reversal, terms: Terms, at: datetime) -> None:
    """The same within an act that holds its own key and the bill's row."""
    call("coupons_undo", *_reversal_arguments(reversal, terms, at))
    wake_worker_on_commit()


@dataclass(frozen=True, slots=True)
class RefundPart:
    """What a redemption's new sums are after goods came back, in fen, and by how much less each party bears.

    `replacement` is the public id of the coupon that is granted where one that is used up in parts has ended,
    until `replaced_until`, None: not at all. Without it no value comes back.
    """

    redemption: int
    refunded_fen: int
    returned_fen: int
    funding: list[list[int]]
    replacement: str | None = None
    replaced_until: str | None = None


def refund(
    *,
    bill: int,
    refund_no: str,
    goods_fen: int,
    discount_fen: int,
    parts: Sequence[RefundPart],
    actor: str,
    at: datetime,
) -> int:
    """Write down goods that came back and what each redemption now costs; the refund's pk.

    The caller holds the bill's row. Raises RefundNumberUsed.
    """
    pk: int = call(
        "coupons_refund",
        *(bill, new_id("crf"), refund_no, goods_fen, discount_fen),
        *(json.dumps([asdict(part) for part in parts]), actor, at),
    )
    wake_worker_on_commit()
    return pk


def replacement_valid_until(terms: Terms, at: datetime) -> datetime | None:
    """How long what is granted instead of a coupon that has ended would be good, if anything is."""
    days = terms.replacement_days
    return clock.start_of_day(clock.business_day(at)) + timedelta(days=days) if days else None


def _reversal_arguments(reversal: Reversal, terms: Terms, at: datetime) -> tuple[object, ...]:
    return (
        *(reversal.redemption, reversal.reference, terms.max_cost_fen, terms.in_parts),
        *(new_id("cpn"), replacement_valid_until(terms, at), reversal.reason, reversal.actor, at),
    )


def revive(*, coupon: int, terms: Terms) -> None:
    """Make an expired coupon live again for a use before its end; in the caller's transaction.

    One whose purchase no longer brings it stays as it is.
    """
    call("coupons_revive", coupon, terms.max_cost_fen, terms.in_parts)

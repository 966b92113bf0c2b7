"""What becomes of a line that a terminal wrote without the network. The rule is fixed beforehand:

* The terminal must have kept to the rules: a pass of ours that was good at this store and instant, under
  a kit of its own, by a clock that is nearly ours, on a bill that the coupon's rules allow as its pass
  shows it. Where it did not, nothing is redeemed and the store bears what it gave.
* Then the coupon is redeemed at the instant of the scan, if it is still there to be taken.
* If it is not: of a coupon leased to the store, or taken within the allowance, the alliance bears it; of
  one beyond the allowance, or that the same merchant used itself, the store (see `collisions`).

The allowance is the terminal's: so much within any 72 hours, over all its kits. An open pass counts once.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from coupons import codes
from coupons import services as coupons
from coupons.engine import passes
from coupons.engine.bill import Bill, BillLine
from coupons.engine.coupon import CouponState
from coupons.engine.eligibility import check_eligibility
from coupons.engine.hash_chain import TerminalEntry
from coupons.engine.passes import Pass, PassRefused
from coupons.engine.terms import Terms
from coupons.errors import (
    CouponAlreadyRedeemed,
    CouponBudgetUsedUp,
    CouponChanged,
    CouponNotUsable,
)
from coupons.models import CouponGift, Redemption, TemplateVersion
from coupons.offline.collisions import Collision, Payer, collision_of
from coupons.offline.log_queries import (
    REDEEMED,
    allowance_left,
    entries_after_pass,
    entries_of_pass,
)
from coupons.offline.models import Kit, Terminal
from coupons.queries import version_terms
from coupons.queries.counter import counter_of, coupon_states
from district.calendar.workdays import is_workday
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import DomainError, TokenUsed
from district.kernel.idempotency import Key
from district.kernel.text import spelling

__all__ = ["REDEEMED", "Payer", "Scan", "ScanResolution", "resolve_scan"]

# A clock that is further from ours says nothing of when something happened.
MOST_SKEW = timedelta(minutes=5)
# What is said of a coupon that is no longer there to take; any other refusal is the till's own mistake.
UNAVAILABLE_ERRORS = (CouponAlreadyRedeemed, CouponChanged, CouponBudgetUsedUp, TokenUsed)
UNAVAILABLE_REASONS = {"used", "void", "expired", "leased_to_another_store"}


@dataclass(frozen=True, slots=True)
class Scan:
    """A line that says a coupon was taken, with the instant that its clock meant; skew in seconds."""

    entry: TerminalEntry
    at: datetime
    skew: int
    received_at: datetime
    kit: Kit | None

    @property
    def reported_bill(self) -> Bill:
        lines = (BillLine(fen, spelling.number_of(product)) for fen, product in self.entry.lines)
        return Bill(self.entry.bill_fen, tuple(lines), spelling.number_of(self.entry.bill_no))


@dataclass(frozen=True, slots=True)
class ValidatedScan:
    """A pass that was taken by the rules, and the coupon as it is now; `given_fen` is what the rules give."""

    coupon_pass: Pass
    coupon: CouponState
    terms: Terms
    given_fen: int
    within_allowance: bool

    @property
    def on_allowance(self) -> bool:
        return self.coupon_pass.store == 0


@dataclass(frozen=True, slots=True)
class ScanResolution:
    """A redemption, or why not and who bears `fen`; `coupon_pass` is the pass, where it could be read, and
    `allowance_fen` what counts against the allowance."""

    coupon_pass: Pass | None = None
    coupon: CouponState | None = None
    redemption: int | None = None
    reason: str = ""
    payer: str = ""
    fen: int = 0
    winner: Redemption | None = None
    on_allowance: bool = False
    allowance_fen: int = 0


class _RuleBroken(Exception):
    """The terminal did not keep to a rule, by whose name."""


def resolve_scan(terminal: Terminal, scan: Scan, actor: str) -> ScanResolution:
    """Redeem what a line says was taken, or say who bears it; in the caller's transaction, which holds
    the terminal's row."""
    coupon_pass: Pass | None = None
    coupon: CouponState | None = None
    try:
        coupon_pass = _read(scan)
        _require_valid(coupon_pass, terminal, scan)
        coupon = coupon_states([coupon_pass.coupon]).get(coupon_pass.coupon)
        taken = _validated(terminal, scan, coupon_pass, coupon)
    except _RuleBroken as violation:
        return ScanResolution(
            coupon_pass=coupon_pass,
            coupon=coupon,
            reason=str(violation),
            payer=Payer.STORE,
            fen=_claim_fen(coupon, terminal, scan.entry.discount_fen),
        )
    try:
        _require_holder(coupon_pass, taken.coupon)
        # Whatever was begun for it, such as an expired coupon made live, goes with a refusal.
        with translate_database_errors():
            request = coupons.redeem_offline(
                store=terminal.store,
                reported_bill=scan.reported_bill,
                coupon=taken.coupon,
                discount_fen=scan.entry.discount_fen,
                request_no=f"{terminal.public_id}-{scan.entry.seq}",
                actor=actor,
                key=Key.of(f"terminal:{terminal.pk}", str(scan.entry.seq)),
                at=scan.at,
                pass_made_at=coupon_pass.made_at if taken.on_allowance else None,
            )
    except DomainError as refusal:
        return _resolve_collision(terminal, taken, refusal)
    return ScanResolution(
        coupon_pass=coupon_pass,
        coupon=taken.coupon,
        redemption=request.redemptions[0].pk,
        on_allowance=taken.on_allowance,
        allowance_fen=taken.given_fen if taken.on_allowance else 0,
    )


def _read(scan: Scan) -> Pass:
    """The pass that was scanned. Raises _RuleBroken."""
    try:
        return passes.read(spelling.code_of(scan.entry.code), codes.pass_keys())
    except PassRefused as refused:
        raise _RuleBroken(str(refused)) from None


def _require_valid(coupon_pass: Pass, terminal: Terminal, scan: Scan) -> None:
    """The pass was good here and then. Raises _RuleBroken."""
    _require_trusted_clock(scan)
    try:
        passes.require_valid(coupon_pass, terminal.store_id, scan.at)
    except PassRefused as refused:
        raise _RuleBroken(str(refused)) from None


def _require_trusted_clock(scan: Scan) -> None:
    """An instant is believed between the kit and the upload. Raises _RuleBroken."""
    if scan.kit is None:
        raise _RuleBroken("kit_unknown")
    slack = timedelta(seconds=passes.TOLERANCE_SECONDS)
    if (
        abs(scan.skew) > MOST_SKEW.total_seconds()
        or not scan.kit.at - slack <= scan.at < scan.kit.until + slack
        or scan.at > scan.received_at + slack
    ):
        raise _RuleBroken("clock_not_trusted")


def _validated(
    terminal: Terminal, scan: Scan, coupon_pass: Pass, coupon: CouponState | None
) -> ValidatedScan:
    """What the till was right to take, by the rules it has itself. Raises _RuleBroken."""
    if coupon is None or coupon.version != coupon_pass.version:
        raise _RuleBroken("forged")
    terms = version_terms(coupon.version)
    if coupon_pass.store == 0:
        if terms.offline != TemplateVersion.Offline.ALLOWANCE:
            raise _RuleBroken("not_without_network")
        if entries_of_pass(coupon_pass, coupon.pk).filter(terminal=terminal).exists():
            raise _RuleBroken("pass_used")
    seen = _state_of_pass(terminal, coupon_pass, coupon)
    eligibility = check_eligibility(
        seen,
        terms,
        scan.reported_bill,
        counter_of(terminal.store_id),
        scan.at,
        is_workday,
    )
    if eligibility.reasons:
        raise _RuleBroken(eligibility.reasons[0].code)
    discount_fen = min(scan.entry.discount_fen, eligibility.discount_fen)
    if terms.benefit.takes_off_bill and discount_fen == 0:
        raise _RuleBroken("nothing_given")
    if not terms.benefit.takes_off_bill:
        discount_fen = terms.max_cost_fen
    assert scan.kit is not None  # or its clock would not have been believed
    return ValidatedScan(
        coupon_pass=coupon_pass,
        coupon=coupon,
        terms=terms,
        given_fen=discount_fen,
        within_allowance=coupon_pass.store != 0
        or allowance_left(scan.kit, scan.at).covers(discount_fen),
    )


def _state_of_pass(terminal: Terminal, coupon_pass: Pass, coupon: CouponState) -> CouponState:
    """The coupon as its pass shows it, less what this terminal's own log says it took of it since."""
    took = entries_after_pass(coupon_pass, coupon.pk).filter(terminal=terminal)
    fens = list(took.values_list("discount_fen", flat=True))
    value_left, uses_left = coupon_pass.value_left, coupon_pass.uses_left
    if value_left is None:
        uses_left = max(uses_left - len(fens), 0)
    else:
        value_left = max(value_left - sum(fens), 0)
    return replace(
        coupon,
        state="live",
        uses_left=uses_left,
        value_left=value_left,
        leased_to="",
        leased_until=None,
    )


def _require_holder(coupon_pass: Pass, coupon: CouponState) -> None:
    """Given to a friend since it was shown, it is the friend's. (A merger changes nothing.)"""
    gifts = CouponGift.objects.filter(coupon=coupon.pk, at__gte=coupon_pass.made_at)
    if coupon.member != coupon_pass.member and gifts.exists():
        raise CouponChanged


def _resolve_collision(
    terminal: Terminal, taken: ValidatedScan, refusal: DomainError
) -> ScanResolution:
    code = refusal.code
    if isinstance(refusal, CouponNotUsable):
        code = refusal.facts["reasons"][0]["code"]
    found = Collision(code, Payer.STORE, None)
    if isinstance(refusal, UNAVAILABLE_ERRORS) or code in UNAVAILABLE_REASONS:
        found = collision_of(
            terminal,
            taken.coupon_pass,
            taken.coupon.pk,
            code=code,
            within_allowance=taken.within_allowance,
        )
    return ScanResolution(
        coupon_pass=taken.coupon_pass,
        coupon=taken.coupon,
        reason=found.reason,
        payer=found.payer,
        fen=_claim_fen(taken.coupon, terminal, taken.given_fen),
        winner=found.winner,
        on_allowance=taken.on_allowance,
        allowance_fen=taken.given_fen if taken.on_allowance else 0,
    )


def _claim_fen(coupon: CouponState | None, terminal: Terminal, given_fen: int) -> int:
    """What the merchant would have been owed by others for what it gave, in fen."""
    if coupon is None:
        return given_fen
    merchant = terminal.store.merchant_id
    parts = version_terms(coupon.version).split(given_fen, merchant, coupon.turn)
    return given_fen - parts.get(merchant, 0)

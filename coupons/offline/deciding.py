"""What becomes of a line that a terminal wrote without the network. The rule is fixed beforehand:

* The terminal must have kept to the rules: a pass of ours that was good at this store and instant, under
  a kit of its own, by a clock that is nearly ours, on a bill that the coupon's rules allow as its pass
  shows it. Where it did not, nothing is redeemed and the store bears what it gave.
* Then the coupon is redeemed at the instant of the scan, if it is still there to be taken.
* If it is not: of a coupon leased to the store, or taken within the allowance, the alliance bears it; of
  one beyond the allowance, or that the same merchant used itself, the store (see `colliding`).

The allowance is the terminal's: so much within any 72 hours, over all its kits. An open pass counts once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from coupons import codes, judgement
from coupons import services as coupons
from coupons.errors import (
    CouponAlreadyRedeemed,
    CouponBudgetUsedUp,
    CouponChanged,
    CouponNotUsable,
)
from coupons.judgement import Told
from coupons.models import CouponGift, Redemption, TemplateVersion
from coupons.offline.colliding import Collision, Payer, collision_of
from coupons.offline.models import Kit, Terminal
from coupons.offline.takes import REDEEMED, allowance_left, takes_by, takes_unknown_to
from coupons.queries import Said, version_of
from coupons.queries.counter import Card, cards, counter_of
from coupons.rules import passes
from coupons.rules.chain import Entry
from coupons.rules.judging import Held, judge
from coupons.rules.passes import Pass, PassRefused
from district.kernel import spelling
from district.kernel.errors import DomainError, TokenUsed
from district.kernel.idempotency import Key
from district.kernel.postgres import refusing
from district.kernel.workdays import is_workday

__all__ = ["REDEEMED", "Outcome", "Payer", "Scan", "decide"]

# A clock that is further from ours says nothing of when something happened.
MOST_SKEW = timedelta(minutes=5)
# What is said of a coupon that is no longer there to take; any other refusal is the till's own mistake.
GONE = (CouponAlreadyRedeemed, CouponChanged, CouponBudgetUsedUp, TokenUsed)
GONE_FOR = {"used", "void", "expired", "leased_to_another_store"}


@dataclass(frozen=True, slots=True)
class Scan:
    """A line that says a coupon was taken, with the instant that its clock meant; skew in seconds."""

    entry: Entry
    at: datetime
    skew: int
    received_at: datetime
    kit: Kit | None

    @property
    def told(self) -> Told:
        lines = ((fen, spelling.number_of(product)) for fen, product in self.entry.lines)
        return Told(spelling.number_of(self.entry.bill_no), self.entry.bill_fen, tuple(lines))


@dataclass(frozen=True, slots=True)
class Taken:
    """A pass that was taken by the rules, and the coupon as it is now; `given_fen` is what the rules give."""

    shown: Pass
    card: Card
    said: Said
    given_fen: int
    within_allowance: bool

    @property
    def on_allowance(self) -> bool:
        return self.shown.store == 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """A redemption, or why not and who bears `fen`; `shown` is the pass, where it could be read, and
    `allowance_fen` what counts against the allowance."""

    shown: Pass | None = None
    card: Card | None = None
    redemption: Redemption | None = None
    reason: str = ""
    payer: str = ""
    fen: int = 0
    winner: Redemption | None = None
    on_allowance: bool = False
    allowance_fen: int = 0


class _Broke(Exception):
    """The terminal did not keep to a rule, by whose name."""


def decide(terminal: Terminal, scan: Scan, actor: str) -> Outcome:
    """Redeem what a line says was taken, or say who bears it; in the caller's transaction, which holds
    the terminal's row."""
    shown: Pass | None = None
    card: Card | None = None
    try:
        shown = _read(scan)
        _require_good(shown, terminal, scan)
        card = cards([shown.coupon]).get(shown.coupon)
        taken = _taken(terminal, scan, shown, card)
    except _Broke as broke:
        return Outcome(
            shown=shown,
            card=card,
            reason=str(broke),
            payer=Payer.STORE,
            fen=_missing(card, terminal, scan.entry.discount_fen),
        )
    try:
        _require_its_holder(shown, taken.card)
        # Whatever was begun for it, such as an expired coupon made live, goes with a refusal.
        with refusing():
            request = coupons.redeem_offline(
                store=terminal.store,
                told=scan.told,
                held=taken.card,
                discount_fen=scan.entry.discount_fen,
                request_no=f"{terminal.public_id}-{scan.entry.seq}",
                actor=actor,
                key=Key.of(f"terminal:{terminal.pk}", str(scan.entry.seq)),
                at=scan.at,
                pass_made_at=shown.made_at if taken.on_allowance else None,
            )
    except DomainError as refusal:
        return _collided(terminal, taken, refusal)
    return Outcome(
        shown=shown,
        card=taken.card,
        redemption=request.redemptions.get(),
        on_allowance=taken.on_allowance,
        allowance_fen=taken.given_fen if taken.on_allowance else 0,
    )


def _read(scan: Scan) -> Pass:
    """The pass that was scanned. Raises _Broke."""
    try:
        return passes.read(spelling.code_of(scan.entry.code), codes.pass_keys())
    except PassRefused as refused:
        raise _Broke(str(refused)) from None


def _require_good(shown: Pass, terminal: Terminal, scan: Scan) -> None:
    """The pass was good here and then. Raises _Broke."""
    _require_a_clock(scan)
    try:
        passes.require_good(shown, terminal.store_id, scan.at)
    except PassRefused as refused:
        raise _Broke(str(refused)) from None


def _require_a_clock(scan: Scan) -> None:
    """An instant is believed between the kit and the upload. Raises _Broke."""
    if scan.kit is None:
        raise _Broke("kit_unknown")
    slack = timedelta(seconds=passes.TOLERANCE)
    if (
        abs(scan.skew) > MOST_SKEW.total_seconds()
        or not scan.kit.at - slack <= scan.at < scan.kit.until + slack
        or scan.at > scan.received_at + slack
    ):
        raise _Broke("clock_not_trusted")


def _taken(terminal: Terminal, scan: Scan, shown: Pass, card: Card | None) -> Taken:
    """What the till was right to take, by the rules it has itself. Raises _Broke."""
    if card is None or card.version != shown.version:
        raise _Broke("forged")
    said = version_of(card.version)
    if shown.store == 0:
        if said.offline != TemplateVersion.Offline.ALLOWANCE:
            raise _Broke("not_without_network")
        if takes_by(shown, card.pk).filter(terminal=terminal).exists():
            raise _Broke("pass_used")
    seen = _as_seen(terminal, shown, card)
    verdict = judge(
        seen,
        said.rules,
        scan.told.bill,
        counter_of(terminal.store_id),
        scan.at,
        is_workday,
    )
    if verdict.reasons:
        raise _Broke(verdict.reasons[0].code)
    given = min(scan.entry.discount_fen, verdict.discount_fen)
    if said.rules.benefit.on_a_bill and given == 0:
        raise _Broke("nothing_given")
    if not said.rules.benefit.on_a_bill:
        given = said.most
    assert scan.kit is not None  # or its clock would not have been believed
    return Taken(
        shown=shown,
        card=card,
        said=said,
        given_fen=given,
        within_allowance=shown.store != 0 or allowance_left(scan.kit, scan.at).covers(given),
    )


def _as_seen(terminal: Terminal, shown: Pass, card: Card) -> Held:
    """The coupon as its pass shows it, less what this terminal's own log says it took of it since."""
    took = takes_unknown_to(shown, card.pk).filter(terminal=terminal)
    fens = list(took.values_list("discount_fen", flat=True))
    value_left, uses_left = shown.value_left, shown.uses_left
    if value_left is None:
        uses_left = max(uses_left - len(fens), 0)
    else:
        value_left = max(value_left - sum(fens), 0)
    return Held(
        state="live",
        valid_from=card.held.valid_from,
        valid_until=card.held.valid_until,
        uses_left=uses_left,
        value_left=value_left,
    )


def _require_its_holder(shown: Pass, card: Card) -> None:
    """Given to a friend since it was shown, it is the friend's. (A merger changes nothing.)"""
    gifts = CouponGift.objects.filter(coupon=card.pk, at__gte=shown.made_at)
    if card.member != shown.member and gifts.exists():
        raise CouponChanged


def _collided(terminal: Terminal, taken: Taken, refusal: DomainError) -> Outcome:
    code = refusal.code
    if isinstance(refusal, CouponNotUsable):
        code = refusal.facts["reasons"][0]["code"]
    found = Collision(code, Payer.STORE, None)
    if isinstance(refusal, GONE) or code in GONE_FOR:
        found = collision_of(
            terminal,
            taken.shown,
            taken.card.pk,
            code=code,
            within_allowance=taken.within_allowance,
        )
    return Outcome(
        shown=taken.shown,
        card=taken.card,
        reason=found.reason,
        payer=found.payer,
        fen=_missing(taken.card, terminal, taken.given_fen),
        winner=found.winner,
        on_allowance=taken.on_allowance,
        allowance_fen=taken.given_fen if taken.on_allowance else 0,
    )


def _missing(card: Card | None, terminal: Terminal, given_fen: int) -> int:
    """What the merchant would have been owed by others for what it gave, in fen."""
    if card is None:
        return given_fen
    parts: Mapping[int, int] = judgement.split(
        version_of(card.version), terminal.store.merchant_id, given_fen, card.turn
    )
    return given_fen - parts.get(terminal.store.merchant_id, 0)

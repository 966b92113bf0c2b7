"""What becomes of a line that a terminal wrote without the network. The rule is fixed beforehand:

* The terminal must have kept to the rules: a pass of ours that was good at this store and instant, under
  a kit of its own, by a clock that is nearly ours, on a bill that the coupon's rules allow as its pass
  shows it. Where it did not, nothing is redeemed and the store bears what it gave.
* Then the coupon is redeemed at the instant of the scan, if it is still there to be taken.
* If it is not: of a coupon leased to the store, or taken within the allowance, the alliance bears it; of
  one beyond the allowance, or that was used at this very store, the store.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Sum

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
from coupons.offline.models import Kit, LogEntry, RedemptionConflict, Terminal
from coupons.queries import Said, version_of
from coupons.queries.counter import Card, cards, counter_of
from coupons.rules import passes
from coupons.rules.chain import Entry
from coupons.rules.judging import Held, judge
from coupons.rules.passes import Pass, PassRefused
from district.kernel import spelling
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.kernel.postgres import refusing
from district.kernel.workdays import is_workday

REDEEMED = "redeemed"
Payer = RedemptionConflict.Payer
# A clock that is further from ours says nothing of when something happened.
MOST_SKEW = timedelta(minutes=5)
# What is said of a coupon that is no longer there to take; any other refusal is the till's own mistake.
GONE = (CouponAlreadyRedeemed, CouponChanged, CouponBudgetUsedUp)
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
    """A pass that was taken by the rules: as the till saw it, and the coupon as it is now."""

    card: Card
    said: Said
    given_fen: int
    on_allowance: bool
    within_allowance: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """A redemption, or why not and who bears `fen`."""

    card: Card | None = None
    redemption: Redemption | None = None
    reason: str = ""
    payer: str = ""
    fen: int = 0
    winner: Redemption | None = None
    on_allowance: bool = False


class _Broke(Exception):
    """The terminal did not keep to a rule, by whose name."""


def decide(terminal: Terminal, scan: Scan, actor: str) -> Outcome:
    """Redeem what a line says was taken, or say who bears it; in the caller's transaction, which holds
    the terminal's row."""
    card: Card | None = None
    try:
        shown = _read(terminal, scan)
        card = cards([shown.coupon]).get(shown.coupon)
        taken = _taken(terminal, scan, shown, card)
    except _Broke as broke:
        return Outcome(
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
            )
    except DomainError as refusal:
        return _collided(terminal, taken, refusal)
    return Outcome(
        card=taken.card, redemption=request.redemptions.get(), on_allowance=taken.on_allowance
    )


def _read(terminal: Terminal, scan: Scan) -> Pass:
    """The pass, if it was good here and then. Raises _Broke."""
    try:
        shown = passes.read(spelling.code_of(scan.entry.code), codes.pass_keys())
        _require_a_clock(scan)
        passes.require_good(shown, terminal.store_id, scan.at)
    except PassRefused as refused:
        raise _Broke(str(refused)) from None
    return shown


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
    on_allowance = shown.store == 0
    if on_allowance and said.offline != TemplateVersion.Offline.ALLOWANCE:
        raise _Broke("not_without_network")
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
    return Taken(
        card=card,
        said=said,
        given_fen=given if said.rules.benefit.on_a_bill else said.most,
        on_allowance=on_allowance,
        within_allowance=not on_allowance or _within(scan),
    )


def _as_seen(terminal: Terminal, shown: Pass, card: Card) -> Held:
    """The coupon as its pass shows it, less what this terminal's own log says it took of it since."""
    took = LogEntry.objects.filter(
        terminal=terminal, coupon=card.pk, scanned_at__gte=shown.made_at, outcome=REDEEMED
    ).values_list("discount_fen", flat=True)
    fens = list(took)
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


def _within(scan: Scan) -> bool:
    """Whether the kit's allowance still covers this one."""
    assert scan.kit is not None
    used = scan.kit.entries.filter(on_allowance=True)
    fen = (used.aggregate(fen=Sum("discount_fen"))["fen"] or 0) + scan.entry.discount_fen
    return used.count() < scan.kit.allowance_count and fen <= scan.kit.allowance_fen


def _require_its_holder(shown: Pass, card: Card) -> None:
    """Given to a friend since it was shown, it is the friend's. (A merger changes nothing.)"""
    gifts = CouponGift.objects.filter(coupon=card.pk, at__gte=shown.made_at)
    if card.member != shown.member and gifts.exists():
        raise CouponChanged


def _collided(terminal: Terminal, taken: Taken, refusal: DomainError) -> Outcome:
    winner = (
        Redemption.objects.filter(coupon=taken.card.pk, reversed_at=None).order_by("-pk").first()
    )
    said = refusal.code
    if isinstance(refusal, CouponNotUsable):
        said = refusal.facts["reasons"][0]["code"]
    if not isinstance(refusal, GONE) and said not in GONE_FOR:
        reason, payer = said, Payer.STORE
    elif not taken.within_allowance:
        reason, payer = "beyond_the_allowance", Payer.STORE
    elif winner is not None and winner.store_id == terminal.store_id:
        reason, payer = "used_at_this_store", Payer.STORE
    else:
        reason, payer = "used_elsewhere" if winner else "withdrawn", Payer.ALLIANCE
    return Outcome(
        card=taken.card,
        reason=reason,
        payer=payer,
        fen=_missing(taken.card, terminal, taken.given_fen),
        winner=winner,
        on_allowance=taken.on_allowance,
    )


def _missing(card: Card | None, terminal: Terminal, given_fen: int) -> int:
    """What the merchant would have been owed by others for what it gave, in fen."""
    if card is None:
        return given_fen
    parts: Mapping[int, int] = judgement.split(
        version_of(card.version), terminal.store.merchant_id, given_fen, card.turn
    )
    return given_fen - parts.get(terminal.store.merchant_id, 0)

"""The naive model's counter: what is shown, taken off, owed, reversed and brought back."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations

from tests.coupons.model.naive_funding import share_out
from tests.coupons.model.naive_types import (
    NaiveBill,
    NaiveRedemption,
    NaiveRefusal,
    day_of,
    days_on,
)


class NaiveCounter:
    """What `NaiveDistrict` does where coupons are used."""

    # -- at the counter --------------------------------------------------------------------------

    def show(self, coupon):
        live = coupon.state == "live" and self.now < coupon.ends
        if not live or not self.still_brought(coupon):
            raise NaiveRefusal("coupon_not_usable")
        return coupon, coupon.holder, coupon.left

    def redeem(self, store, bill, presented, number):
        """Use what is shown (coupon, holder and what was left of it) on a bill as the till reports it."""
        coupons = [coupon for coupon, _, _ in presented]
        if len(set(coupons)) < len(coupons):
            raise NaiveRefusal("token_used")
        for coupon, holder, left in presented:
            if coupon.holder != holder:
                raise NaiveRefusal("token_invalid")
            if coupon.state == "live" and coupon.left != left:
                raise NaiveRefusal("token_used")
        known = self.bills.get((store, bill.no))
        there = self.live_on(known) if known else []
        worth = {coupon: self._worth(coupon, store, bill) for coupon in coupons}
        for pair in [*combinations(coupons, 2), *((a, b.coupon) for a in coupons for b in there)]:
            if not self._go_together(*pair):
                raise NaiveRefusal("coupon_not_usable")
        left = (known or bill).fen - sum(use.discount for use in there)
        # Of the tea those for tea alone take no more than it costs.
        tea = min(bill.tea, bill.fen) - sum(
            use.discount for use in there if use.coupon.version.terms.tea_only
        )
        taken = {}
        for coupon in sorted(coupons, key=lambda held: (held.ends, held.name)):
            tea_only = coupon.version.terms.tea_only
            taken[coupon] = max(min(worth[coupon][1], left, *([tea] if tea_only else [])), 0)
            left -= taken[coupon]
            tea -= taken[coupon] if tea_only else 0
            if coupon.version.terms.kind != "gift" and not taken[coupon]:
                raise NaiveRefusal("coupon_not_usable")
        if known and known.fen != bill.fen:
            raise NaiveRefusal("coupon_bill_told_otherwise")
        if known and known.refunded:
            raise NaiveRefusal("coupon_bill_refunded")
        if (store, number) in self.requests:
            raise NaiveRefusal("request_already_redeemed")
        self._require_budget(taken)
        self.requests.add((store, number))
        bill = self.bills.setdefault(
            (store, bill.no), NaiveBill(store, bill.no, bill.fen, bill.tea)
        )
        for coupon in sorted(coupons, key=lambda held: held.pk):
            self._use(coupon, bill, worth[coupon][0], taken[coupon])

    def _worth(self, coupon, store, bill):
        terms = coupon.version.terms
        eligible = min(bill.tea, bill.fen) if terms.tea_only else bill.fen
        discount = {
            "cash_off": min(terms.face if coupon.value is None else coupon.value, eligible),
            "percent_off": min(int(Fraction(eligible * terms.off_bp, 10_000)), terms.face),
            "gift": 0,
        }[terms.kind]
        if (
            coupon.state != "live"
            or not self.still_brought(coupon)
            or not coupon.begins <= self.now < coupon.ends
            or not terms.is_open(self.now)
            or (terms.stores and store not in terms.stores)
            or (coupon.is_leased(self.now) and coupon.lease[0] != store)
            or (terms.tea_only and not eligible)
            or eligible < terms.threshold
            or (terms.kind != "gift" and not discount)
        ):
            raise NaiveRefusal("coupon_not_usable")
        return eligible, discount

    def _go_together(self, coupon, other):
        return self._bears(coupon.version, other.version) and self._bears(
            other.version, coupon.version
        )

    def _bears(self, version, other):
        levels = version.owner is None, other.owner is None
        return {
            "alone": False,
            "one_per_kind": version.terms.kind != other.terms.kind,
            "one_per_level": levels[0] != levels[1],
            "free": True,
        }[version.terms.stacking]

    def _cost(self, coupon, taken):
        return coupon.version.terms.face if coupon.version.terms.kind == "gift" else taken

    def _after(self, coupon, taken):
        """Uses and value left after a use."""
        if coupon.value is None:
            return coupon.uses - 1, None
        return (1 if coupon.value > taken else 0), coupon.value - taken

    def _still_needs(self, coupon, left):
        """What its next uses may cost at the most."""
        uses, value = left
        return coupon.version.terms.face * uses if value is None else value

    def _kept(self, coupon, taken):
        """What stays reserved, and what comes back into the budget (below zero: is taken from it)."""
        over = coupon.reserved - self._cost(coupon, taken)
        kept = max(min(over, self._still_needs(coupon, self._after(coupon, taken))), 0)
        return kept, over - kept

    def _require_budget(self, taken):
        changes = {}
        for coupon, fen in taken.items():
            version = coupon.version
            if version.free is not None:
                changes[version] = changes.get(version, 0) + self._kept(coupon, fen)[1]
        if any(version.free + change < 0 for version, change in changes.items()):
            raise NaiveRefusal("coupon_budget_used_up")

    def _use(self, coupon, bill, eligible, taken):
        cost = self._cost(coupon, taken)
        turn = coupon.pk + coupon.uses + (coupon.value or 0)
        if coupon.version.free is not None:
            coupon.reserved, back = self._kept(coupon, taken)
            coupon.version.free += back
        coupon.uses, coupon.value = self._after(coupon, taken)
        if not coupon.uses:
            coupon.state = "used"
        self.redemptions.append(
            NaiveRedemption(coupon, bill, self.now, eligible, taken, cost, turn)
        )

    # -- undoing ---------------------------------------------------------------------------------

    def reverse(self, redemption, *, operator):
        if not operator and day_of(redemption.at) != day_of(self.now):
            raise NaiveRefusal("redemption_reversal_too_late")
        if redemption.reversed:
            raise NaiveRefusal("redemption_already_reversed")
        self._undo(redemption)

    def _undo(self, redemption):
        redemption.reversed = True
        version = redemption.coupon.version
        if version.free is not None:
            version.free += redemption.cost - redemption.returned
        self._give_back(redemption)

    def _give_back(self, redemption):
        """A use that was undone, or of a value what came back and was not given back before."""
        coupon, terms, value = redemption.coupon, redemption.coupon.version.terms, None
        if terms.partial:
            back = redemption.discount if redemption.reversed else redemption.returned
            value = back - redemption.restored - redemption.replaced
        over = coupon.state == "expired" or self.now >= coupon.ends
        if not over:
            if value is None:
                coupon.uses += 1
            else:
                coupon.value += value
                coupon.uses = 1 if coupon.value else 0
                redemption.restored += value
            if coupon.state != "void":
                coupon.state = "live" if coupon.uses else "used"
            if coupon.state == "live":
                self._reserve_again(coupon)
        elif coupon.state == "used" and redemption.reversed:
            coupon.state = "expired"
        if not self.still_brought(coupon):
            self.withdraw(coupon)
        elif over and coupon.state != "void" and terms.replacement_days and value != 0:
            ends = days_on(self.now, terms.replacement_days)
            begins = self.now.replace(microsecond=0)
            facts = (begins, ends, 1, value, 0, "replacement")
            other = self._keep(coupon.version, coupon.holder, *facts)
            other.replaces = redemption
            redemption.replaced += value or 0
            self._reserve_again(other)

    def _reserve_again(self, coupon):
        if coupon.version.free is not None:
            missing = self._still_needs(coupon, coupon.left) - coupon.reserved
            taken = min(missing, coupon.version.free)
            coupon.reserved += taken
            coupon.version.free -= taken

    def refund(self, bill, no, fen, tea):
        """Goods come back; `tea` is how much of them is tea, or None where the till does not say."""
        left = bill.fen - bill.refunded
        if fen > left:
            raise NaiveRefusal("coupon_refund_too_large")
        if no in bill.refunds:
            raise NaiveRefusal("coupon_refund_number_used")
        whole, live, back = fen == left, self.live_on(bill), {}
        for use in live:
            rest = use.eligible - use.refunded
            goods = int(Fraction((bill.refunded + fen) * use.eligible, bill.fen)) - use.refunded
            if tea is not None and use.coupon.version.terms.tea_only:
                goods = min(tea, fen)
            use.refunded += rest if whole else max(min(goods, rest), 0)
            due = int(Fraction(use.cost * use.refunded, use.eligible)) if use.eligible else 0
            back[use] = max((use.cost if whole else due) - use.returned, 0)
        self._bound(back, fen, left - fen)
        bill.refunded += fen
        bill.refunds[no] = (fen, sum(back[use] for use in live if use.on_a_bill))
        for use in live:
            use.returned += back[use]
            if use.coupon.version.free is not None:
                use.coupon.version.free += back[use]
        for use in live:
            if whole:
                self._undo(use)
            elif use.coupon.version.terms.partial:
                self._give_back(use)

    def _bound(self, back, fen, stays):
        """Nobody pays for bringing goods back, and nobody gets more back than was paid for them."""
        live = [use for use in back if use.on_a_bill]
        while sum(back[use] for use in live) > fen:
            last = [use for use in live if back[use]][-1]
            back[last] -= 1
        while sum(use.discount - use.returned - back[use] for use in live) > stays:
            first = next(use for use in live if use.returned + back[use] < use.cost)
            back[first] += 1

    # -- what is asked ---------------------------------------------------------------------------

    def live_on(self, bill):
        return [
            redemption
            for redemption in self.redemptions
            if redemption.bill is bill and not redemption.reversed
        ]

    def borne(self, redemption):
        """Who bears how much of a redemption, by party."""
        fen = 0 if redemption.reversed else redemption.cost - redemption.returned
        shares = {}
        for named, bp in self.promised(redemption.coupon.version):
            party = redemption.bill.store if named == "redeemer" else named
            shares[party] = shares.get(party, 0) + Fraction(fen * bp, 10_000)
        return share_out(fen, shares, redemption.turn)

    def promised(self, version):
        """Who promised which part; of a merchant's coupon what nobody promised is the merchant's."""
        parts = dict(version.terms.payers)
        rest = 10_000 - sum(parts.values())
        if version.owner is not None and rest:
            parts[version.owner] = parts.get(version.owner, 0) + rest
        return parts.items()

    def owed(self):
        """What each party owes each merchant, nobody to itself."""
        owed = {}
        for redemption in self.redemptions:
            for party, part in self.borne(redemption).items():
                if party != redemption.bill.store:
                    pair = party, redemption.bill.store
                    owed[pair] = owed.get(pair, 0) + part
        return {pair: fen for pair, fen in owed.items() if fen}

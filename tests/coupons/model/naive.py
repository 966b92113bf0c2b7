"""The coupons of a district kept with lists and loops, by somebody who has only read what is promised.

Nothing of coupons is imported, not even its arithmetic. It raises Refused before it changes anything.
"""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction
from itertools import combinations

from tests.coupons.model.things import Bill, Coupon, Redemption, Refused, Version, day_of, days_on


class District:
    """Everybody's coupons; members, stores and parties are names, a store's is its merchant's."""

    def __init__(self, members, points, now):
        self.now = now
        self.points = dict.fromkeys(members, points)
        self.closed = set()
        self.versions, self.coupons, self.redemptions = [], [], []
        self.bills, self.requests = {}, set()

    # -- versions --------------------------------------------------------------------------------

    def publish(self, template, owner, said):
        for earlier in self.versions:
            if earlier.template == template and not earlier.stopped:
                self.stop(earlier)
        version = Version(template, owner, said, stock=said.stock, free=said.budget)
        self.versions.append(version)
        return version

    def stop(self, version):
        if version.stopped:
            raise Refused("coupon_version_not_in_state")
        version.stopped = True
        if version.stock is not None:
            version.stock = version.given
        if version.free is not None:
            version.free = 0
        version.days = dict.fromkeys(version.days, 0)

    def resize(self, version, was, stock):
        if version.stopped:
            raise Refused("coupon_version_not_in_state")
        if version.stock is None:
            raise Refused("coupon_template_invalid")
        if was != version.stock:
            raise Refused("coupon_stock_changed")
        if stock < version.given:
            raise Refused("coupon_stock_given_out")
        version.stock = stock

    # -- getting one -----------------------------------------------------------------------------

    def claim(self, version, member):
        return self._give(version, member, "claim")

    def issue(self, version, member):
        return self._give(version, member, "issue", limited=False)

    def hand_out(self, version, member, merchant):
        if not version.said.at_counter or version.owner not in (None, merchant):
            raise Refused("coupon_not_claimable")
        return self._give(version, member, "counter")

    def exchange(self, version, member):
        price = version.said.price
        if price is None:
            raise Refused("coupon_not_claimable")
        self._require_gettable(version, member, limited=True)
        if self.points[member] < price:
            raise Refused("insufficient_points")
        self.points[member] -= price
        return self._give(version, member, "exchange")

    def _require_gettable(self, version, member, *, limited):
        said, now = version.said, self.now
        begins, ends = said.claims or (now, now + timedelta(1))
        if said.window(now)[1] <= now or version.stopped or now >= ends:
            raise Refused("claim_over")
        if version.stock is not None and version.given >= version.stock:
            raise Refused("coupon_sold_out")
        if now < begins:
            raise Refused("claim_not_begun")
        mine = self._claimed(version, member)
        if limited and len(mine) >= said.per_member:
            raise Refused("claim_limit_reached")
        today = [one for one in mine if one.day == day_of(now)]
        if limited and said.per_day is not None and len(today) >= said.per_day:
            raise Refused("claim_limit_of_the_day_reached")
        if version.free is not None and version.free < self._most(said):
            raise Refused("coupon_sold_out")
        if said.stock_per_day is not None:
            if version.days.get(day_of(now), said.stock_per_day) < 1:
                raise Refused("coupon_sold_out_today")

    def _claimed(self, version, member):
        return [
            one
            for one in self.coupons
            if one.version.template == version.template and one.claimer == member
        ]

    def _most(self, said):
        return said.face * (1 if said.partial else said.uses)

    def _give(self, version, member, source, *, limited=True):
        self._require_gettable(version, member, limited=limited)
        said, today = version.said, day_of(self.now)
        version.given += 1
        if said.stock_per_day is not None:
            version.days[today] = version.days.get(today, said.stock_per_day) - 1
        reserved = 0
        if version.free is not None:
            reserved = self._most(said)
            version.free -= reserved
        begins, ends = said.window(self.now)
        value = said.face if said.partial else None
        return self._keep(version, member, begins, ends, said.uses, value, reserved, source)

    def _keep(self, version, member, *facts):
        coupon = Coupon(version, member, member, day_of(self.now), *facts)
        self.coupons.append(coupon)
        return coupon

    # -- at the counter --------------------------------------------------------------------------

    def show(self, coupon):
        if coupon.state != "live" or self.now >= coupon.ends:
            raise Refused("coupon_not_usable")
        return coupon, coupon.holder, coupon.left

    def redeem(self, store, bill, shown, number):
        """Use what is shown (coupon, holder and what was left of it) on a bill as the till tells it."""
        coupons = [coupon for coupon, _, _ in shown]
        if len(set(coupons)) < len(coupons):
            raise Refused("token_used")
        for coupon, holder, left in shown:
            if coupon.holder != holder:
                raise Refused("token_invalid")
            if coupon.state == "live" and coupon.left != left:
                raise Refused("token_used")
        known = self.bills.get((store, bill.no))
        there = self.live_on(known) if known else []
        worth = {coupon: self._worth(coupon, store, bill) for coupon in coupons}
        for pair in [*combinations(coupons, 2), *((a, b.coupon) for a in coupons for b in there)]:
            if not self._go_together(*pair):
                raise Refused("coupon_not_usable")
        left = (known or bill).fen - sum(one.discount for one in there)
        taken = {}
        for coupon in sorted(coupons, key=lambda one: (one.ends, one.name)):
            taken[coupon] = min(worth[coupon][1], left)
            left -= taken[coupon]
            if coupon.version.said.kind != "gift" and not taken[coupon]:
                raise Refused("coupon_not_usable")
        if known and known.fen != bill.fen:
            raise Refused("coupon_bill_told_otherwise")
        if known and known.refunded:
            raise Refused("coupon_bill_refunded")
        if (store, number) in self.requests:
            raise Refused("request_already_redeemed")
        self._require_budget(taken)
        self.requests.add((store, number))
        bill = self.bills.setdefault((store, bill.no), Bill(store, bill.no, bill.fen, bill.tea))
        for coupon in sorted(coupons, key=lambda one: one.pk):
            self._use(coupon, bill, worth[coupon][0], taken[coupon])

    def _worth(self, coupon, store, bill):
        said = coupon.version.said
        eligible = min(bill.tea, bill.fen) if said.tea_only else bill.fen
        discount = {
            "cash_off": min(said.face if coupon.value is None else coupon.value, eligible),
            "percent_off": min(int(Fraction(eligible * said.off_bp, 10_000)), said.face),
            "gift": 0,
        }[said.kind]
        if (
            coupon.state != "live"
            or not coupon.begins <= self.now < coupon.ends
            or not said.is_open(self.now)
            or (said.stores and store not in said.stores)
            or (said.tea_only and not eligible)
            or eligible < said.threshold
            or (said.kind != "gift" and not discount)
        ):
            raise Refused("coupon_not_usable")
        return eligible, discount

    def _go_together(self, one, other):
        return self._bears(one.version, other.version) and self._bears(other.version, one.version)

    def _bears(self, one, other):
        levels = one.owner is None, other.owner is None
        return {
            "alone": False,
            "one_per_kind": one.said.kind != other.said.kind,
            "one_per_level": levels[0] != levels[1],
            "free": True,
        }[one.said.stacking]

    def _cost(self, coupon, taken):
        return coupon.version.said.face if coupon.version.said.kind == "gift" else taken

    def _after(self, coupon, taken):
        """Uses and value left after a use."""
        if coupon.value is None:
            return coupon.uses - 1, None
        return (1 if coupon.value > taken else 0), coupon.value - taken

    def _still_needs(self, coupon, left):
        """What its next uses may cost at the most."""
        uses, value = left
        return coupon.version.said.face * uses if value is None else value

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
            raise Refused("coupon_budget_used_up")

    def _use(self, coupon, bill, eligible, taken):
        cost = self._cost(coupon, taken)
        if coupon.version.free is not None:
            coupon.reserved, back = self._kept(coupon, taken)
            coupon.version.free += back
        coupon.uses, coupon.value = self._after(coupon, taken)
        if not coupon.uses:
            coupon.state = "used"
        self.redemptions.append(Redemption(coupon, bill, self.now, eligible, taken, cost))

    # -- undoing ---------------------------------------------------------------------------------

    def reverse(self, redemption, *, operator):
        if not operator and day_of(redemption.at) != day_of(self.now):
            raise Refused("redemption_reversal_too_late")
        if redemption.reversed:
            raise Refused("redemption_already_reversed")
        self._undo(redemption)

    def _undo(self, redemption):
        coupon, version = redemption.coupon, redemption.coupon.version
        said = version.said
        redemption.reversed = True
        if version.free is not None:
            version.free += redemption.cost - redemption.returned
        if coupon.state in ("live", "used") and self.now < coupon.ends:
            coupon.state = "live"
            if coupon.value is None:
                coupon.uses += 1
            else:
                coupon.uses, coupon.value = 1, coupon.value + redemption.discount
            self._reserve_again(coupon)
            return
        if coupon.state == "used":
            coupon.state = "expired"
        if said.replacement_days:
            ends = days_on(self.now, said.replacement_days)
            value = redemption.discount if said.partial else None
            facts = (self.now, ends, 1, value, 0, "replacement")
            self._reserve_again(self._keep(version, coupon.holder, *facts))

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
            raise Refused("coupon_refund_too_large")
        if no in bill.refunds:
            raise Refused("coupon_refund_number_used")
        whole, live, back = fen == left, self.live_on(bill), {}
        for one in live:
            rest = one.eligible - one.refunded
            goods = int(Fraction((bill.refunded + fen) * one.eligible, bill.fen)) - one.refunded
            if tea is not None and one.coupon.version.said.tea_only:
                goods = min(tea, fen)
            one.refunded += rest if whole else max(min(goods, rest), 0)
            due = int(Fraction(one.cost * one.refunded, one.eligible)) if one.eligible else 0
            back[one] = max((one.cost if whole else due) - one.returned, 0)
        self._bound(back, fen, left - fen)
        bill.refunded += fen
        bill.refunds[no] = (fen, sum(back[one] for one in live if one.on_a_bill))
        for one in live:
            one.returned += back[one]
            if one.coupon.version.free is not None:
                one.coupon.version.free += back[one]
        for one in live if whole else []:
            self._undo(one)

    def _bound(self, back, fen, stays):
        """Nobody pays for bringing goods back, and nobody gets more back than was paid for them."""
        live = [one for one in back if one.on_a_bill]
        while sum(back[one] for one in live) > fen:
            last = [one for one in live if back[one]][-1]
            back[last] -= 1
        while sum(one.discount - one.returned - back[one] for one in live) > stays:
            first = next(one for one in live if one.returned + back[one] < one.cost)
            back[first] += 1

    # -- hands and time --------------------------------------------------------------------------

    def offer(self, coupon):
        self._require_transferable(coupon)
        return coupon, coupon.holder

    def accept(self, offered, member):
        coupon, giver = offered
        if member == giver or coupon.holder != giver:
            raise Refused("coupon_not_transferable")
        self._require_transferable(coupon)
        coupon.holder, coupon.given = member, True

    def _require_transferable(self, coupon):
        said = coupon.version.said
        whole = said.uses, (said.face if said.partial else None)
        if (
            not said.transferable
            or coupon.given
            or coupon.state != "live"
            or self.now >= coupon.ends
            or coupon.left != whole
        ):
            raise Refused("coupon_not_transferable")

    def merge(self, member, into):
        if {member, into} & self.closed:
            raise Refused("account_merged")
        self.closed.add(member)
        self.points[into] += self.points[member]
        self.points[member] = 0
        for coupon in self.coupons:
            if coupon.holder == member:
                coupon.holder = into

    def revoke(self, coupon):
        used = any(one.coupon is coupon and not one.reversed for one in self.redemptions)
        if coupon.state != "live" or self.now >= coupon.ends or used:
            raise Refused("coupon_not_revocable")
        coupon.state = "void"
        version = coupon.version
        if coupon.source != "replacement":
            version.given -= 1
            if version.said.stock_per_day is not None:
                version.days[coupon.day] += 1
        self._free(coupon)

    def expire(self):
        due = [one for one in self.coupons if one.state == "live" and one.ends <= self.now]
        for coupon in due:
            coupon.state = "expired"
            self._free(coupon)
        return len(due)

    def _free(self, coupon):
        if coupon.version.free is not None:
            coupon.version.free += coupon.reserved
        coupon.reserved = 0

    def warn(self):
        until = self.now + timedelta(days=3)
        due = [
            one
            for one in self.coupons
            if one.state == "live" and not one.warned and self.now < one.ends <= until
        ]
        for coupon in due:
            coupon.warned = True
        return len(due)

    # -- what is asked ---------------------------------------------------------------------------

    def live_on(self, bill):
        return [one for one in self.redemptions if one.bill is bill and not one.reversed]

    def borne(self, redemption):
        """Who bears how much of a redemption: shares rounded down, the rest is the alliance's."""
        fen = 0 if redemption.reversed else redemption.cost - redemption.returned
        parts = {"alliance": fen}
        for party, bp in redemption.coupon.version.said.payers:
            party = redemption.bill.store if party == "redeemer" else party
            part = int(Fraction(fen * bp, 10_000))
            parts[party] = parts.get(party, 0) + part
            parts["alliance"] -= part
        return {party: part for party, part in parts.items() if part}

    def owed(self):
        """What each party owes each merchant, nobody to itself."""
        owed = {}
        for redemption in self.redemptions:
            for party, part in self.borne(redemption).items():
                if party != redemption.bill.store:
                    pair = party, redemption.bill.store
                    owed[pair] = owed.get(pair, 0) + part
        return {pair: fen for pair, fen in owed.items() if fen}

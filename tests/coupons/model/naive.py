"""The coupons of a district kept with lists and loops, by somebody who has only read what is promised.

Nothing of coupons is imported, not even its arithmetic. It raises NaiveRefusal before it changes anything.
"""

from __future__ import annotations

from datetime import timedelta

from tests.coupons.model.naive_counter import NaiveCounter
from tests.coupons.model.naive_gifts import NaiveGifts
from tests.coupons.model.naive_types import NaiveCoupon, NaiveRefusal, NaiveVersion, day_of


class NaiveDistrict(NaiveCounter, NaiveGifts):
    """Everybody's coupons; members, stores and parties are names, a store's is its merchant's."""

    def __init__(self, members, points, now):
        self.now = now
        self.points = dict.fromkeys(members, points)
        self.closed, self.merged = set(), {}
        self.purchases, self.rewards, self.taken_back = [], {}, []
        self.versions, self.coupons, self.redemptions = [], [], []
        self.bills, self.requests = {}, set()

    # -- versions --------------------------------------------------------------------------------

    def publish(self, template, owner, terms):
        for earlier in self.versions:
            if earlier.template == template and not earlier.stopped:
                self.stop(earlier)
        version = NaiveVersion(
            template, owner, terms, self.now, stock=terms.stock, free=terms.budget
        )
        self.versions.append(version)
        return version

    def stop(self, version):
        if version.stopped:
            raise NaiveRefusal("coupon_version_not_in_state")
        version.stopped = True
        if version.stock is not None:
            version.stock = version.given
        if version.free is not None:
            version.free = 0
        version.days = dict.fromkeys(version.days, 0)

    def resize(self, version, was, stock):
        if version.stopped:
            raise NaiveRefusal("coupon_version_not_in_state")
        if version.stock is None:
            raise NaiveRefusal("coupon_template_invalid")
        if was != version.stock:
            raise NaiveRefusal("coupon_stock_changed")
        if stock < version.given:
            raise NaiveRefusal("coupon_stock_given_out")
        version.stock = stock

    # -- getting one -----------------------------------------------------------------------------

    def claim(self, version, member):
        return self._give(version, member, "claim")

    def issue(self, version, member):
        return self._give(version, member, "issue", limited=False)

    def hand_out(self, version, member, merchant):
        if not version.terms.at_counter or version.owner not in (None, merchant):
            raise NaiveRefusal("coupon_not_claimable")
        return self._give(version, member, "counter")

    def exchange(self, version, member):
        price = version.terms.price
        if price is None:
            raise NaiveRefusal("coupon_not_claimable")
        self._require_gettable(version, member, limited=True)
        if self.points[member] < price:
            raise NaiveRefusal("insufficient_points")
        self.points[member] -= price
        return self._give(version, member, "exchange")

    def _require_gettable(self, version, member, *, limited):
        terms, now = version.terms, self.now
        begins, ends = terms.claims or (now, now + timedelta(1))
        if terms.window(now)[1] <= now or version.stopped or now >= ends:
            raise NaiveRefusal("claim_over")
        if version.stock is not None and version.given >= version.stock:
            raise NaiveRefusal("coupon_sold_out")
        if now < begins:
            raise NaiveRefusal("claim_not_begun")
        mine = self._claimed(version, member)
        if limited and len(mine) >= terms.per_member:
            raise NaiveRefusal("claim_limit_reached")
        today = [coupon for coupon in mine if coupon.day == day_of(now)]
        if limited and terms.per_day is not None and len(today) >= terms.per_day:
            raise NaiveRefusal("claim_limit_of_the_day_reached")
        if version.free is not None and version.free < self._most(terms):
            raise NaiveRefusal("budget_used_up")
        if terms.stock_per_day is not None and not version.days.get(day_of(now), 1):
            raise NaiveRefusal("coupon_sold_out_today")

    def _claimed(self, version, member):
        return [
            coupon
            for coupon in self.coupons
            if coupon.version.template == version.template
            and coupon.claimer == member
            and coupon.counts
        ]

    def _most(self, terms):
        return terms.face * (1 if terms.partial else terms.uses)

    def _give(self, version, member, source, *, limited=True):
        self._require_gettable(version, member, limited=limited)
        terms, today = version.terms, day_of(self.now)
        version.given += 1
        if terms.stock_per_day is not None:
            version.days[today] = version.days.get(today, terms.stock_per_day) - 1
        reserved = 0
        if version.free is not None:
            reserved = self._most(terms)
            version.free -= reserved
        begins, ends = terms.window(self.now)
        value = terms.face if terms.partial else None
        return self._keep(version, member, begins, ends, terms.uses, value, reserved, source)

    def _keep(self, version, member, *facts):
        coupon = NaiveCoupon(version, member, member, day_of(self.now), *facts)
        coupon.claimed, coupon.counts = self.now, coupon.source != "replacement"
        self.coupons.append(coupon)
        return coupon

    # -- hands and time --------------------------------------------------------------------------

    def offer(self, coupon):
        self._require_transferable(coupon)
        return coupon, coupon.holder

    def accept(self, offered, member):
        coupon, giver = offered
        if member == giver or coupon.holder != giver:
            raise NaiveRefusal("coupon_not_transferable")
        self._require_transferable(coupon)
        coupon.holder, coupon.given = member, True

    def _require_transferable(self, coupon):
        terms = coupon.version.terms
        whole = terms.uses, (terms.face if terms.partial else None)
        if (
            not terms.transferable
            or coupon.given
            or coupon.state != "live"
            or self.now >= coupon.ends
            or coupon.is_leased(self.now)
            or coupon.left != whole
            or not self.still_brought(coupon)
        ):
            raise NaiveRefusal("coupon_not_transferable")

    def lease(self, coupon, store, hours):
        terms, now = coupon.version.terms, self.now
        if (
            not terms.leased
            or coupon.state != "live"
            or not coupon.begins <= now < coupon.ends
            or coupon.is_leased(now)
            or not self.still_brought(coupon)
            or (terms.stores and store not in terms.stores)
        ):
            raise NaiveRefusal("coupon_not_leasable")
        until = min(now + timedelta(hours=hours), coupon.ends)
        coupon.lease = store, until.replace(microsecond=0)

    def merge(self, member, into):
        if {member, into} & self.closed:
            raise NaiveRefusal("account_merged")
        self.closed.add(member)
        self.points[into] += self.points[member]
        self.points[member] = 0
        self.merged[member] = into
        for coupon in self.coupons:
            if coupon.holder == member:
                coupon.holder = into

    def revoke(self, coupon):
        used = any(
            redemption.coupon is coupon and not redemption.reversed
            for redemption in self.redemptions
        )
        if coupon.state != "live" or self.now >= coupon.ends or used:
            raise NaiveRefusal("coupon_not_revocable")
        self.void(coupon, unused=True)
        self.pay_back(coupon)

    def void(self, coupon, *, unused):
        """For good; what is unused counts for nothing any more."""
        coupon.state, version = "void", coupon.version
        if unused and coupon.counts:
            coupon.counts = False
            version.given -= 1
            if version.terms.stock_per_day is not None:
                version.days[coupon.day] += 1
        self._free(coupon)

    def undo_exchange(self, coupon):
        minutes = coupon.version.terms.undo_minutes
        if (
            coupon.source != "exchange"
            or minutes is None
            or coupon.given
            or self.now >= coupon.claimed + timedelta(minutes=minutes)
            or coupon.is_leased(self.now)
        ):
            raise NaiveRefusal("coupon_exchange_not_undoable")
        try:
            self.revoke(coupon)
        except NaiveRefusal:
            raise NaiveRefusal("coupon_exchange_not_undoable") from None

    def pay_back(self, coupon):
        """Points for a coupon of which nothing was used, and nothing is left or ended unused."""
        root = self.root(coupon)
        family = self.family(root)
        used = any(
            redemption.coupon in family and not redemption.reversed
            for redemption in self.redemptions
        )
        kept = any(coupon.state != "void" and coupon.uses for coupon in family)
        if root.source == "exchange" and not used and not kept:
            self.points[self.heir(root.claimer)] += root.version.terms.price

    def expire(self):
        due = [held for held in self.coupons if held.state == "live" and held.ends <= self.now]
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
            held
            for held in self.coupons
            if held.state == "live" and not held.warned and self.now < held.ends <= until
        ]
        for coupon in due:
            coupon.warned = True
        return len(due)

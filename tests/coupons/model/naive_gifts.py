"""The naive model's purchases: what they bring, and what goes back with them."""

from __future__ import annotations

from tests.coupons.model.naive_types import NaivePurchase, NaiveRefusal


class NaiveGifts:
    """What `NaiveDistrict` does with purchases."""

    def buy(self, member, fen):
        purchase = NaivePurchase(member, fen, self.now)
        self.purchases.append(purchase)
        for version in self.versions:
            self._reward(purchase, version)
        return purchase

    def return_goods(self, purchase, fen):
        if fen > purchase.left:
            raise NaiveRefusal("refund_exceeds_payment")
        purchase.refunded += fen
        for (bought, _template), coupon in list(self.rewards.items()):
            if bought is purchase and not self.still_brought(coupon):
                for related in self.family(coupon):
                    self.withdraw(related)

    def _reward(self, purchase, version):
        """The coupon that a version grants for a purchase, if it does."""
        terms, key = version.terms, (purchase, version.template)
        if (
            version.stopped
            or terms.gift_from is None
            or purchase.left < terms.gift_from
            or terms.stores
            or key in self.rewards
        ):
            return False
        try:
            coupon = self._give(version, self.heir(purchase.member), "receipt")
        except NaiveRefusal:
            return False
        coupon.purchase = purchase
        self.rewards[key] = coupon
        return True

    def follow(self):
        """For each gift that was taken back unused another purchase that is kept may bring one."""
        while self.taken_back:
            gift = self.taken_back.pop(0)
            for version in self.versions:
                if version.template == gift.version.template and not version.stopped:
                    self._reward_one_kept(gift.purchase, version)

    def _reward_one_kept(self, back, version):
        mine = {back.member, self.heir(back.member)}
        for purchase in self.purchases:
            since = purchase.member in mine and purchase.at >= version.published
            if since and self._reward(purchase, version):
                return

    # -- what it hangs on ------------------------------------------------------------------------

    def still_brought(self, coupon):
        root = self.root(coupon)
        return root.purchase is None or root.purchase.left >= root.version.terms.gift_from

    def withdraw(self, coupon):
        used = any(
            redemption.coupon is coupon and not redemption.reversed
            for redemption in self.redemptions
        )
        if (used and coupon.state != "live") or (coupon.state == "void" and not coupon.counts):
            return
        self.void(coupon, unused=not used)
        if not used and coupon.source == "receipt":
            self.taken_back.append(coupon)

    def root(self, coupon):
        while coupon.replaces is not None:
            coupon = coupon.replaces.coupon
        return coupon

    def family(self, root):
        return [coupon for coupon in self.coupons if self.root(coupon) is root]

    def heir(self, member):
        while member in self.merged:
            member = self.merged[member]
        return member

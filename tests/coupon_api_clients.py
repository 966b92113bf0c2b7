"""What phone and till say about coupons, on top of tests.api_clients."""

from __future__ import annotations

from dataclasses import dataclass

from tests.api_clients import ShopperClient, TillClient, fresh_number


@dataclass
class CouponTillClient(TillClient):
    """A till that checks and redeems."""

    def check(self, *codes, fen, no=None, lines=None, visit=None):
        body = {"store": self.store, "bill": self._bill(fen, no, lines), "codes": list(codes)}
        return self.post("/till/coupons/check", body | ({"visit": visit} if visit else {}))

    def redeem(self, *codes, fen=10_000, no=None, lines=None, request_no=None, key=None):
        body = {
            "store": self.store,
            "request_no": request_no or fresh_number("Q"),
            "bill": self._bill(fen, no, lines),
            "codes": list(codes),
        }
        return self.post("/till/coupons/redemptions", body, key=key)

    def reverse_redemption(self, redemption, *, key=None):
        body = {"store": self.store, "reason": "扫错券"}
        return self.post(f"/till/coupons/redemptions/{redemption}/reversal", body, key=key)

    @staticmethod
    def _bill(fen, no, lines):
        return {"no": no or fresh_number("C"), "fen": fen} | ({"lines": lines} if lines else {})


@dataclass
class CouponShopperClient(ShopperClient):
    """A phone that claims and shows."""

    def claim(self, version, *, key=None):
        return self.post("/me/coupons", {"version": version}, key=key)

    def code(self, coupon):
        return self.post(f"/me/coupons/{coupon}/code").json()["code"]

    def lease(self, coupon, store, *, hours=4, key=None):
        return self.post(f"/me/coupons/{coupon}/lease", {"store": store, "hours": hours}, key=key)

    def offer(self, coupon):
        return self.post(f"/me/coupons/{coupon}/gift").json()["code"]

    def accept(self, code, *, key=None):
        return self.post("/me/coupons/gifts", {"code": code}, key=key)

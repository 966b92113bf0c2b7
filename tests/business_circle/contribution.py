"""What the cross-cutting tests need to know of the business circle; see tests/contributions.py."""

from itertools import count
from typing import Any

from loyalty.business_circle import services as business_circle
from tests.business_circle.mall_steps import authorize, fresh_key, note_refund, pay, refunded

_numbers = count(1)


def make_admin_rows(two_merchants: Any) -> None:
    """At both merchants a payment that earned with a refund, one that waits, and a number that means a store."""
    for side in two_merchants.sides:
        openid = f"oMall{next(_numbers)}"
        authorize(openid)
        credited = pay(side.store, openid=openid)
        note_refund(refunded(credited, 100))
        note_refund(refunded(credited, 100, payment_fen=99_999))
        pay(shop_number=f"茶{side.store.pk}", shop_name="茶", openid=openid)
        business_circle.assign_shop_number(
            shop_number=f"7-{side.store.pk}",
            store=side.store,
            by=two_merchants.root,
            key=fresh_key(),
        )

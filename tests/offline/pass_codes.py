"""Coupons as a till without the network is shown them."""

from datetime import timedelta

import time_machine

from coupons import services as coupons
from coupons.offline.models import RedemptionConflict
from district.kernel import clock
from tests.factories.coupons import claim, fresh_key, make_version


def leased_code(member, store, *, hours=4, **fields):
    coupon = claim(make_version(offline="leased", **fields), member)
    held = coupons.lease_coupon(coupon=coupon, store=store, hours=hours, key=fresh_key())
    return held, coupons.show_coupon(coupon=held).code


def open_code(member, **fields):
    coupon = claim(make_version(offline="allowance", **fields), member)
    return coupon, coupons.show_coupon(coupon=coupon).code


def later(**span):
    return time_machine.travel(clock.real_now() + timedelta(**span))


def only_conflict():
    return RedemptionConflict.objects.get()

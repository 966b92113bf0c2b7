"""What happens to coupons by themselves; a use asks for the time itself and needs none of it."""

from datetime import timedelta

from django.db import transaction

from coupons.errors import CouponNotRevocable
from coupons.models import Coupon
from district.kernel import audit, clock
from district.kernel.events import ring_after_commit
from district.kernel.postgres import call
from district.members.models import User

AT_ONCE = 1_000
WARN_AHEAD = timedelta(days=3)


def expire_coupons() -> int:
    """End coupons whose time is over and free what they reserved; how many, 0 when none is due."""
    ended: int = call("coupons_expire", AT_ONCE, clock.now())
    ring_after_commit()
    return ended


def warn_of_expiring() -> int:
    """Tell of coupons that end within three days, once each; how many."""
    at = clock.now()
    told: int = call("coupons_warn", at + WARN_AHEAD, AT_ONCE, at)
    ring_after_commit()
    return told


@transaction.atomic
def revoke_coupon(*, coupon: Coupon, reason: str, by: User) -> Coupon:
    """The operator takes an unused coupon back; its stock and budget return. Raises CouponNotRevocable."""
    if not call("coupons_revoke", coupon.pk, clock.now()):
        raise CouponNotRevocable
    audit.record(verb="revoke_coupon", subject=f"coupons.coupon:{coupon.pk}", by=by, reason=reason)
    ring_after_commit()
    return Coupon.objects.get(pk=coupon.pk)

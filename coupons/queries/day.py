"""The coupons of one Shanghai day: what was claimed, used and taken off."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Sum
from django.db.models.functions import Coalesce

from coupons.models import Coupon, Redemption, TemplateVersion
from district.kernel import clock
from loyalty.statistics import StatisticsScope


@dataclass(frozen=True, slots=True)
class CouponDay:
    """`running` versions are given out now; redemptions that were reversed count for nothing."""

    running: int
    claimed: int
    redeemed: int
    discount_fen: int


def coupons_of_day(scope: StatisticsScope, day: date) -> CouponDay:
    """A merchant's: the versions of its own templates, coupons claimed of them, and what was used at
    its counters, whoever's coupons those were."""
    begins, now = clock.start_of_day(day), clock.now()
    versions = TemplateVersion.objects.filter(
        state=TemplateVersion.State.PUBLISHED, claim_from__lte=now, claim_until__gt=now
    )
    claimed = Coupon.objects.filter(claim_day=day)
    if scope.merchant is not None:
        versions = versions.filter(template__merchant=scope.merchant)
        claimed = claimed.filter(version__template__merchant=scope.merchant)
    used = scope.restrict(
        Redemption.objects.filter(
            at__gte=begins, at__lt=begins + timedelta(days=1), reversed_at=None
        )
    ).aggregate(count=Count("pk"), fen=Coalesce(Sum("discount_fen"), 0))
    return CouponDay(versions.count(), claimed.count(), used["count"], used["fen"])

"""A member's coupons, each in the state it is in now, whether or not the sweep has run."""

from datetime import datetime

from django.db.models import Q, QuerySet

from coupons.models import Coupon
from district.kernel.errors import NotFound
from district.members.models import Member


def coupons_of(member: Member, state: str, at: datetime) -> QuerySet[Coupon]:
    """The coupons of a state: live, used, expired or void."""
    held = Coupon.objects.select_related("version__template__merchant", "leased_to").filter(
        member=member
    )
    match state:
        case Coupon.State.LIVE:
            return held.filter(state=state, valid_until__gt=at)
        case Coupon.State.EXPIRED:
            return held.filter(Q(state=state) | Q(state=Coupon.State.LIVE, valid_until__lte=at))
    return held.filter(state=state)


def coupon_of(member: Member, public_id: str) -> Coupon:
    """Raises NotFound, also for another member's."""
    held = Coupon.objects.select_related("version__template__merchant", "leased_to", "member")
    found = held.filter(member=member, public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def state_now(coupon: Coupon, at: datetime) -> str:
    if coupon.state == Coupon.State.LIVE and coupon.valid_until <= at:
        return str(Coupon.State.EXPIRED)
    return coupon.state

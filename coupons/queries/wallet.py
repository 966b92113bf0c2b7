"""A member's coupons, each in the state it is in now, whether or not the sweep has run."""

from datetime import datetime

from django.db.models import Q, QuerySet

from coupons.models import Coupon
from coupons.queries.versions import version_of
from district.kernel.errors import NotFound
from district.members.models import Member

GIVEN = "given"
STATES = (*Coupon.State.values, GIVEN)


def coupons_of(member: Member, state: str, at: datetime) -> QuerySet[Coupon]:
    """The coupons of a state: live, used, expired or void, and those the member gave to a friend."""
    if state == GIVEN:
        gone = Coupon.objects.select_related("version__template__merchant")
        return gone.filter(gift__giver=member).exclude(member=member)
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


def as_given(coupon: Coupon) -> Coupon:
    """A coupon as its giver may see it, as it was then: what a friend does with it is the friend's."""
    said = version_of(coupon.version_id)
    coupon.state, coupon.uses_left, coupon.value_left_fen = GIVEN, said.uses, said.value_fen
    coupon.leased_to = coupon.leased_until = None
    return coupon


def state_now(coupon: Coupon, at: datetime) -> str:
    if coupon.state == Coupon.State.LIVE and coupon.valid_until <= at:
        return str(Coupon.State.EXPIRED)
    return coupon.state

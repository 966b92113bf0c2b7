"""A member's coupons, each in the state it is in now, whether or not the sweep has run."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from coupons.models import Coupon
from coupons.queries.versions import version_terms
from coupons.results import CouponResult, VersionSummary
from district.kernel.database.postgres import first_row
from district.kernel.errors import NotFound
from district.members.models import Member

GIVEN = "given"
STATES = (*Coupon.State.values, GIVEN)


@dataclass(frozen=True, slots=True)
class WalletCoupon:
    """A coupon as its member is shown it, with what it shows of its version."""

    coupon: CouponResult
    version: VersionSummary


def coupons_of(member: Member, state: str, at: datetime) -> QuerySet[Coupon]:
    """The coupons of a state: live, used, expired or void, and those the member gave to a friend."""
    rows = Coupon.objects.select_related("version__template__merchant", "leased_to")
    if state == GIVEN:
        return rows.filter(gift__giver=member).exclude(member=member)
    held = rows.filter(member=member)
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


def origin_holds(coupon: Coupon) -> bool:
    """Whether what brought a coupon still does: false once too much of its purchase came back, also
    before the coupon was withdrawn for it."""
    if coupon.source not in (Coupon.Source.RECEIPT, Coupon.Source.REPLACEMENT):
        return True
    row = first_row("select coupons_origin_holds(%s, %s)", coupon.pk, coupon.source)
    return bool(row and row[0])


def coupon_result(coupon: Coupon) -> CouponResult:
    return CouponResult(
        pk=coupon.pk,
        public_id=coupon.public_id,
        version=coupon.version_id,
        source=coupon.source,
        state=coupon.state,
        valid_from=coupon.valid_from,
        valid_until=coupon.valid_until,
        uses_left=coupon.uses_left,
        value_left_fen=coupon.value_left_fen,
        leased_to=coupon.leased_to.name if coupon.leased_to else None,
        leased_until=coupon.leased_until,
        given_at=coupon.given_at,
        claimed_at=coupon.claimed_at,
    )


def wallet_coupon(coupon: Coupon) -> WalletCoupon:
    """One of `coupons_of`, or `coupon_of`, as it is shown."""
    version = coupon.version
    merchant = version.template.merchant
    summary = VersionSummary(
        pk=version.pk,
        public_id=version.public_id,
        kind=version.kind,
        name=version.template.name,
        merchant=merchant.name if merchant else None,
    )
    return WalletCoupon(coupon_result(coupon), summary)


def as_transferred(held: WalletCoupon) -> WalletCoupon:
    """A coupon as its giver may see it, as it was then: what a friend does with it is the friend's."""
    terms = version_terms(held.version.pk)
    coupon = replace(
        held.coupon,
        state=GIVEN,
        uses_left=terms.uses,
        value_left_fen=terms.value_fen,
        leased_to=None,
        leased_until=None,
    )
    return replace(held, coupon=coupon)


def exchange_undo_until(coupon: CouponResult, at: datetime) -> datetime | None:
    """Until when its member may undo the exchange that brought a coupon; None where not, or no more."""
    terms = version_terms(coupon.version)
    if (
        coupon.source != Coupon.Source.EXCHANGE
        or terms.exchange_undo_minutes is None
        or coupon.given_at is not None
        or state_now(coupon, at) != Coupon.State.LIVE
        or (coupon.uses_left, coupon.value_left_fen) != (terms.uses, terms.value_fen)
    ):
        return None
    until = coupon.claimed_at + timedelta(minutes=terms.exchange_undo_minutes)
    return min(until, coupon.valid_until) if at < until else None


def state_now(coupon: Coupon | CouponResult, at: datetime) -> str:
    if coupon.state == Coupon.State.LIVE and coupon.valid_until <= at:
        return str(Coupon.State.EXPIRED)
    return coupon.state

"""Giving: a coupon goes to a friend, once, where its template allows it."""

from django.db import transaction

from coupons import codes
from coupons.errors import NotTransferable
from coupons.events import CouponGiven
from coupons.models import Coupon, CouponGift
from coupons.queries import version_terms
from coupons.queries.wallet import origin_holds
from district.kernel import clock, idempotency
from district.kernel.errors import TokenInvalid
from district.kernel.idempotency import Key
from district.kernel.outbox.events import emit
from district.members.models import Member


def offer_coupon(*, coupon: Coupon) -> str:
    """A text the friend opens within a day; until then the giver may still use the coupon.

    Raises NotTransferable.
    """
    _require_transferable(coupon)
    return codes.gift_code(coupon.pk, coupon.member_id, clock.real_now())


@transaction.atomic
def accept_coupon(*, code: str, member: Member, key: Key) -> Coupon:
    """The friend takes it; of several who open the same text one gets the coupon.

    The limits of a person count by who claimed it, so the friend has all of the own limit left.

    Raises KeyReused, NotTransferable, TokenExpired, TokenInvalid.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return Coupon.objects.get(pk=earlier)
    pk, giver = codes.read_gift(code)
    coupon = Coupon.objects.select_for_update(no_key=True).filter(pk=pk).first()
    if coupon is None:
        raise TokenInvalid
    if giver == member.pk:
        raise NotTransferable(reason="own")
    if coupon.member_id != giver:
        raise NotTransferable(reason="given")
    _require_transferable(coupon)
    at = clock.now()
    Coupon.objects.filter(pk=pk).update(member=member, given_at=at)
    CouponGift.objects.create(coupon=coupon, giver_id=giver, receiver=member, at=at)
    emit(CouponGiven(coupon=pk, giver=giver, receiver=member.pk))
    idempotency.store_result(key, pk)
    return Coupon.objects.get(pk=pk)


def _require_transferable(coupon: Coupon) -> None:
    terms, at = version_terms(coupon.version_id), clock.now()
    if not terms.transferable:
        raise NotTransferable(reason="template")
    # A merger moves a coupon, too, and may bring one back to its giver: only the gift shows which.
    if CouponGift.objects.filter(coupon=coupon).exists():
        raise NotTransferable(reason="given")
    leased = coupon.leased_until is not None and at < coupon.leased_until
    held = coupon.held_until is not None and at < coupon.held_until
    begun = coupon.uses_left < terms.uses or (
        coupon.value_left_fen is not None and coupon.value_left_fen < terms.max_cost_fen
    )
    live = coupon.state == Coupon.State.LIVE and at < coupon.valid_until and origin_holds(coupon)
    if not live or leased or held or begun:
        raise NotTransferable(reason="state")

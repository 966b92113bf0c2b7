"""Taking a coupon back unused: the points it was bought with return. By the operator at any time, by the
member who bought it within the time of its template."""

from datetime import timedelta

from django.db import connection, transaction

from coupons.errors import CouponNotRevocable, ExchangeNotUndoable
from coupons.models import Coupon, CouponGift, Redemption
from coupons.queries import version_terms
from district.kernel import audit, clock, idempotency
from district.kernel.database.postgres import call
from district.kernel.idempotency import Key
from district.kernel.outbox.events import wake_worker_on_commit
from district.members.models import Member, User
from loyalty import services as loyalty


@transaction.atomic
def revoke_coupon(*, coupon: Coupon, reason: str, by: User) -> Coupon:
    """The operator takes an unused coupon back; its stock and budget return, and to who exchanged it the
    points. Limits count it no more. Raises CouponNotRevocable.
    """
    if not call("coupons_revoke", coupon.pk, clock.now()):
        raise CouponNotRevocable
    audit.record(verb="revoke_coupon", subject=f"coupons.coupon:{coupon.pk}", by=by, reason=reason)
    _give_points_back(coupon.pk, reason=reason, actor=f"user:{by.pk}")
    wake_worker_on_commit()
    return Coupon.objects.get(pk=coupon.pk)


@transaction.atomic
def undo_exchange(*, coupon: Coupon, member: Member, key: Key) -> Coupon:
    """The member gives an unused coupon back that it exchanged points for, within the minutes that the
    template allows: the coupon is void and the points return to the lots they came from.

    A friend who was given it cannot, nor while it is leased to a store, whose till may have used it.
    Raises ExchangeNotUndoable, KeyReused.
    """
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return Coupon.objects.get(pk=earlier)
    held, at = Coupon.objects.select_for_update(no_key=True).get(pk=coupon.pk), clock.now()
    minutes = version_terms(held.version_id).exchange_undo_minutes
    if held.source != Coupon.Source.EXCHANGE or minutes is None:
        raise ExchangeNotUndoable(reason="template")
    if held.member_id != member.pk or CouponGift.objects.filter(coupon=held).exists():
        raise ExchangeNotUndoable(reason="given")
    leased = held.leased_until is not None and at < held.leased_until
    if at >= held.claimed_at + timedelta(minutes=minutes):
        raise ExchangeNotUndoable(reason="late")
    if leased or not call("coupons_revoke", held.pk, at):
        raise ExchangeNotUndoable(reason="state")
    actor = f"member:{member.pk}"
    audit.record(verb="undo_exchange", subject=f"coupons.coupon:{held.pk}", actor=actor)
    _give_points_back(held.pk, reason="退回兑换的券", actor=actor)
    idempotency.store_result(key, held.pk)
    wake_worker_on_commit()
    return Coupon.objects.get(pk=held.pk)


def _give_points_back(pk: int, *, reason: str, actor: str) -> None:
    """Of an exchanged coupon, or what was granted instead of one, that is gone unused: of none of them a
    use stands, and none can be used or ended with something left in it."""
    with connection.cursor() as cursor:
        cursor.execute("select coupons_family(coupons_root(%s))", [pk])
        family = [number for (number,) in cursor.fetchall()]
    rows = Coupon.objects.filter(pk__in=family)
    bought = rows.filter(source=Coupon.Source.EXCHANGE).select_related("template").first()
    if bought is None:
        return
    used = Redemption.objects.filter(coupon__in=family, reversed_at=None).exists()
    kept = rows.exclude(state=Coupon.State.VOID).filter(uses_left__gt=0).exists()
    if used or kept:
        return
    loyalty.undo_exchange(
        merchant=bought.template.merchant_id or version_terms(bought.version_id).rest_to,
        reference=bought.public_id,
        reason=reason,
        actor=actor,
        key=Key.of("coupon exchange undone", bought.public_id),
    )

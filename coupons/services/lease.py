"""Leasing: a coupon is bound to one store for some hours, where a till without a network may take it."""

from datetime import timedelta

from django.db import transaction

from coupons.engine.benefits import AppliesTo
from coupons.errors import NotLeasable
from coupons.events import CouponLeased
from coupons.models import Coupon, TemplateVersion
from coupons.queries import version_terms
from coupons.queries.counter import counter_of
from coupons.queries.wallet import origin_holds
from district.kernel import clock, idempotency
from district.kernel.idempotency import Key
from district.kernel.outbox.events import emit
from district.merchants.models import Store

MOST_HOURS = 24
_MAY = (TemplateVersion.Offline.LEASED, TemplateVersion.Offline.ALLOWANCE)


@transaction.atomic
def lease_coupon(*, coupon: Coupon, store: Store, hours: int, key: Key) -> Coupon:
    """Bind a live coupon to a store for 1 to 24 hours, or until its time is over.

    Nobody takes a lease back before its end: the store's till may have used the coupon and not have
    reported it yet.

    Raises KeyReused, NotLeasable.
    """
    assert 1 <= hours <= MOST_HOURS
    earlier = idempotency.claim_key(key)
    if earlier is not None:
        return Coupon.objects.get(pk=earlier)
    held = Coupon.objects.select_for_update(no_key=True).get(pk=coupon.pk)
    terms, at = version_terms(held.version_id), clock.now()
    if terms.offline not in _MAY:
        raise NotLeasable(reason="template")
    if (
        held.state != Coupon.State.LIVE
        or held.member_id != coupon.member_id
        or not held.valid_from <= at < held.valid_until
        or (held.leased_until is not None and at < held.leased_until)
        or not origin_holds(held)
    ):
        raise NotLeasable(reason="state")
    on_bills = AppliesTo.BILL in terms.benefit.applies_to
    if not on_bills or not terms.scope.holds_at(counter_of(store.pk)):
        raise NotLeasable(reason="store")
    # Whole seconds, as a pass says them.
    until = min(at + timedelta(hours=hours), held.valid_until).replace(microsecond=0)
    if until <= at:
        raise NotLeasable(reason="state")
    held.leased_to, held.leased_at, held.leased_until = store, at, until
    held.save(update_fields=["leased_to", "leased_at", "leased_until"])
    emit(
        CouponLeased(coupon=held.pk, member=held.member_id, store=store.pk, until=until.isoformat())
    )
    idempotency.store_result(key, held.pk)
    return held

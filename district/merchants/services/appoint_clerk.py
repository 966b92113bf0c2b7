"""Giving a person a post at a merchant, and ending it."""

from collections.abc import Collection

from django.db import transaction

from district.kernel import audit, clock
from district.members.models import User
from district.merchants.errors import ClerkAlreadyPosted, NotStaff, StoreNotYours
from district.merchants.models import Clerk, ClerkStore, Merchant, Store


@transaction.atomic
def appoint_clerk(
    *,
    user: User,
    merchant: Merchant,
    role: Clerk.Role,
    by: User | None,
    stores: Collection[Store] = (),
) -> Clerk:
    """The person's post, limited to `stores` if any are named; the same post again stays as it is.

    Raises NotStaff, StoreNotYours, ClerkAlreadyPosted.
    """
    if user.kind != User.Kind.STAFF:
        raise NotStaff
    if any(store.merchant_id != merchant.pk for store in stores):
        raise StoreNotYours
    # The user's row makes two appointments at once take turns.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    wanted = {store.pk for store in stores}
    if post := Clerk.objects.filter(user=user, ended_at=None).first():
        limited = set(post.limits.values_list("store_id", flat=True))
        if (post.merchant_id, post.role, limited) != (merchant.pk, role, wanted):
            raise ClerkAlreadyPosted
        return post
    post = Clerk.objects.create(user=user, merchant=merchant, role=role, appointed_at=clock.now())
    ClerkStore.objects.bulk_create(
        ClerkStore(clerk=post, store_id=store, merchant=merchant) for store in sorted(wanted)
    )
    audit.record(
        by=by,
        verb="appoint_clerk",
        subject=f"merchants.clerk:{post.pk}",
        user=user.pk,
        merchant=merchant.pk,
        role=str(role),
        stores=sorted(wanted),
    )
    return post


@transaction.atomic
def dismiss_clerk(*, clerk: Clerk, by: User | None) -> Clerk:
    """The post ended now; ending it again changes nothing."""
    clerk = Clerk.objects.select_for_update(no_key=True).get(pk=clerk.pk)
    if clerk.ended_at is not None:
        return clerk
    clerk.ended_at = max(clock.now(), clerk.appointed_at)
    clerk.save(update_fields=["ended_at"])
    audit.record(by=by, verb="dismiss_clerk", subject=f"merchants.clerk:{clerk.pk}")
    return clerk

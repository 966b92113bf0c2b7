"""What a person of the back office may see: the operator all, a clerk the own merchant, others nothing."""

from collections.abc import Collection
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import Model, Q, QuerySet

from district.members.models import User
from district.members.operators import OPERATORS
from district.merchants.models import Clerk, Store

Row = TypeVar("Row", bound=Model)


def is_operator(user: User | AnonymousUser) -> bool:
    """Whether the person runs the district: named as such, never by the lack of a post."""
    if not user.is_active or isinstance(user, AnonymousUser):
        return False
    return user.is_superuser or user.groups.filter(name=OPERATORS).exists()


def live_post(user: User | AnonymousUser) -> Clerk | None:
    """The post a person holds now."""
    if not user.is_active or isinstance(user, AnonymousUser):
        return None
    return Clerk.objects.select_related("merchant").filter(user=user, ended_at=None).first()


def stores_of(clerk: Clerk) -> QuerySet[Store]:
    """The stores a clerk works for: those named in the post, or all of the merchant."""
    if clerk.ended_at is not None:
        return Store.objects.none()
    stores = Store.objects.filter(merchant=clerk.merchant_id)
    named = clerk.limits.values("store")
    return stores.filter(pk__in=named) if named.exists() else stores


def scoped(
    rows: QuerySet[Row],
    *,
    user: User | AnonymousUser,
    merchants: Collection[str] = ("merchant",),
    store: str | None = None,
) -> QuerySet[Row]:
    """The rows a person may see, by the paths from a row to its merchants and to its store.

    Each of a row's merchants sees it. A clerk limited to some stores sees only their rows; where rows belong to no store (`store`
    is None) the merchant alone decides.
    """
    if is_operator(user):
        return rows
    return rows_of_post(rows, live_post(user), merchants=merchants, store=store)


def rows_of_post(
    rows: QuerySet[Row],
    post: Clerk | None,
    *,
    merchants: Collection[str] = ("merchant",),
    store: str | None = None,
) -> QuerySet[Row]:
    """Likewise for a post, nothing without one."""
    if post is None:
        return rows.none()
    own = Q()
    for path in merchants:
        own |= Q(**{path: post.merchant_id})
    own_rows = rows.filter(own)
    return own_rows if store is None else own_rows.filter(**{f"{store}__in": stores_of(post)})

"""Who belongs to the alliance, and when."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from district.kernel import clock
from district.kernel.errors import NotFound
from district.merchants.errors import MerchantSuspended, StoreNotInAlliance
from district.merchants.models import AllianceMembership, Merchant, Store


def is_member(at: datetime, merchant: str = "pk") -> Exists:
    """An expression: the merchant named by that column is in the alliance at an instant."""
    return Exists(
        AllianceMembership.objects.filter(merchant=OuterRef(merchant), period__contains=at)
    )


def alliance_store(public_id: str, at: datetime | None = None) -> Store:
    """A store, with its merchant, that gives and takes the alliance's points at an instant (now).

    Raises NotFound, MerchantSuspended, StoreNotInAlliance.
    """
    stores = Store.objects.select_related("merchant").annotate(
        in_alliance=is_member(at or clock.now(), "merchant")
    )
    store = stores.filter(public_id=public_id).first()
    if store is None:
        raise NotFound
    if store.merchant.state == Merchant.State.SUSPENDED:
        raise MerchantSuspended
    if not store.in_alliance:
        raise StoreNotInAlliance
    return store


def require_alliance(store: Store, at: datetime | None = None) -> None:
    """Raises StoreNotInAlliance."""
    of_merchant = AllianceMembership.objects.filter(merchant=store.merchant_id)
    if not of_merchant.filter(period__contains=at or clock.now()).exists():
        raise StoreNotInAlliance

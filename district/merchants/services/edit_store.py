"""Correcting what the directory says about a store."""

from dataclasses import dataclass
from typing import Any

from django.db import transaction

from district.kernel import audit
from district.members.models import User
from district.merchants.errors import FloorUnknown
from district.merchants.models import Store, Trade


@dataclass(frozen=True)
class StoreDetails:
    """What the directory says about a store, besides its venue and its hours."""

    name: str
    trade: Trade
    floor: str
    unit_no: str
    phone: str
    intro: str


@transaction.atomic
def edit_store(*, store: Store, details: StoreDetails, by: User | None) -> Store:
    """The store as described; what the directory says already changes nothing.

    Raises FloorUnknown.
    """
    store = _locked(store)
    moved = details.floor != store.floor
    if moved and details.floor and details.floor not in store.venue.floors:
        raise FloorUnknown(floor=details.floor)
    return _save_changes(store, dict(vars(details)), by)


@transaction.atomic
def introduce_store(*, store: Store, phone: str, intro: str, by: User | None) -> Store:
    """How the store presents itself: the part of the directory a merchant keeps itself."""
    return _save_changes(_locked(store), {"phone": phone, "intro": intro}, by)


def _locked(store: Store) -> Store:
    return Store.objects.select_for_update(no_key=True).get(pk=store.pk)


def _save_changes(store: Store, wanted: dict[str, Any], by: User | None) -> Store:
    changed = [name for name, value in wanted.items() if getattr(store, name) != value]
    if changed:
        for name in changed:
            setattr(store, name, wanted[name])
        store.save()
        subject = f"merchants.store:{store.pk}"
        audit.record(by=by, verb="edit_store", subject=subject, columns=changed)
    return store

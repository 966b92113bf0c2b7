"""Opening a store of a merchant, and closing it for good."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.errors import FloorUnknown
from district.merchants.models import Merchant, Store, Trade, Venue


@transaction.atomic
def open_store(
    *,
    merchant: Merchant,
    venue: Venue,
    trade: Trade,
    name: str,
    by: User | None,
    key: Key,
    floor: str = "",
    unit_no: str = "",
    phone: str = "",
    intro: str = "",
    round_the_clock: bool = False,
) -> Store:
    """A store of the merchant in the directory.

    Raises FloorUnknown, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return Store.objects.get(pk=earlier)
    if floor and floor not in venue.floors:
        raise FloorUnknown(floor=floor)
    store = Store.objects.create(
        merchant=merchant,
        venue=venue,
        trade=trade,
        name=name,
        floor=floor,
        unit_no=unit_no,
        phone=phone,
        intro=intro,
        round_the_clock=round_the_clock,
    )
    audit.record(
        by=by, verb="open_store", subject=f"merchants.store:{store.pk}", merchant=merchant.pk
    )
    store_result(key, store.pk)
    return store


@transaction.atomic
def close_store(*, store: Store, by: User | None) -> Store:
    """The store out of the directory, its past kept; closing it again changes nothing."""
    store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    if store.state == Store.State.CLOSED:
        return store
    store.state, store.closed_at = Store.State.CLOSED, clock.now()
    store.save(update_fields=["state", "closed_at"])
    audit.record(by=by, verb="close_store", subject=f"merchants.store:{store.pk}")
    return store

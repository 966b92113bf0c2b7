"""When a store is open."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db import IntegrityError, transaction

from district.kernel import audit
from district.members.models import User
from district.merchants.errors import HoursOverlap
from district.merchants.models import OpeningHours, Store


class Stretch(NamedTuple):
    """Open on this weekday (Monday is 0) from and to these minutes; past midnight above 1440."""

    weekday: int
    opens_minute: int
    closes_minute: int


@transaction.atomic
def set_opening_hours(
    *,
    store: Store,
    hours: Iterable[Stretch],
    by: User | None,
    round_the_clock: bool = False,
) -> Store:
    """Replace a store's week; a week it has already changes nothing.

    Raises HoursOverlap.
    """
    store = Store.objects.select_for_update(no_key=True).get(pk=store.pk)
    wanted = sorted(set(hours))
    columns = ("weekday", "opens_minute", "closes_minute")
    held = [Stretch(*row) for row in store.hours.values_list(*columns).order_by(*columns)]
    if held == wanted and store.round_the_clock == round_the_clock:
        return store
    store.hours.all().delete()
    try:
        with transaction.atomic():
            OpeningHours.objects.bulk_create(
                OpeningHours(store=store, **stretch._asdict()) for stretch in wanted
            )
    except IntegrityError as error:
        if "hours_never_overlap_in_a_store" in str(error):
            raise HoursOverlap from None
        raise
    store.round_the_clock = round_the_clock
    store.save(update_fields=["round_the_clock"])
    audit.record(
        by=by,
        verb="set_opening_hours",
        subject=f"merchants.store:{store.pk}",
        hours=wanted,
        round_the_clock=round_the_clock,
    )
    return store

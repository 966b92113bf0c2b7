"""Who of the staff saw a plate in full, or searched for one, and why."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction

from district.kernel import clock
from district.members.models import User
from district.merchants.models import Merchant
from parking import plates
from parking.errors import PlateInvalid
from parking.models import PlateLookup, Stay
from parking.queries.stays import plate_read
from parking.queries.vehicles import number_hash

LOOKUPS_KEPT = timedelta(days=366)
MOST_FOUND = 50


@dataclass(frozen=True)
class FoundStays:
    """Stays of a plate, the newest first, and the line that says who asked."""

    stays: list[Stay]
    lookup: PlateLookup


@transaction.atomic
def search_plate(
    *, plate: str, colour: str = "", reason: str, merchant: Merchant | None, by: User
) -> FoundStays:
    """Stays of a plate in the car parks of a merchant, of all where there is none; the search is kept, the plate is not.

    A plate that gates could read is enough. Raises PlateInvalid.
    """
    number = plates.normalise(plate)
    if not 1 <= len(number) <= plates.LONGEST:
        raise PlateInvalid(problem="length")
    colours = [colour] if colour else [value.value for value in plates.PlateColour]
    hashes = {value: number_hash(number, value) for value in colours}
    rows = Stay.objects.filter(plate_hash__in=hashes.values()).exclude(state=Stay.State.MERGED)
    if merchant is not None:
        rows = rows.filter(car_park__merchant=merchant)
    stays = list(rows.select_related("car_park").order_by("-pk")[:MOST_FOUND])
    lookup = PlateLookup.objects.create(
        kind=PlateLookup.Kind.SEARCH,
        merchant=merchant,
        looked_up_by=by,
        looked_up_at=clock.now(),
        reason=reason,
        plate_hash=hashes[colours[0]],
        found=len(stays),
    )
    return FoundStays(stays, lookup)


@transaction.atomic
def reveal_plate(*, stay: Stay, reason: str, by: User) -> str:
    """The plate of a stay in full, empty where it was forgotten; that it was seen is kept."""
    PlateLookup.objects.create(
        kind=PlateLookup.Kind.REVEAL,
        merchant=stay.car_park.merchant,
        looked_up_by=by,
        looked_up_at=clock.now(),
        reason=reason,
        plate_hash=stay.plate_hash,
        stay=stay,
        found=1,
    )
    return plate_read(stay)


def purge_lookups() -> int:
    """Delete look-ups of more than a year ago; how many."""
    old = PlateLookup.objects.filter(looked_up_at__lt=clock.real_now() - LOOKUPS_KEPT)
    return old.delete()[0]

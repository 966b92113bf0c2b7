"""That somebody looked at the papers of a plate: from then on its member sees its stays."""

from django.db import transaction

from district.kernel import audit, clock
from district.members.models import User
from parking.errors import VehicleRemoved
from parking.models import Vehicle


@transaction.atomic
def verify_vehicle(*, vehicle: Vehicle, note: str, by: User) -> Vehicle:
    """The driving licence names the member; `note` says what was seen. Verified again, nothing changes.

    Raises VehicleRemoved.
    """
    current = Vehicle.objects.select_for_update(no_key=True).get(pk=vehicle.pk)
    if current.removed_at is not None:
        raise VehicleRemoved
    if current.verified_at is None:
        current.verified_at = clock.now()
        current.save(update_fields=["verified_at"])
        audit.record(
            by=by, verb="verify_vehicle", subject=f"parking.vehicle:{current.pk}", note=note
        )
    return current

"""Where a car park takes coupons and points, and how long a car may stay after it paid."""

from django.db import transaction

from district.kernel import audit
from district.members.models import User
from district.merchants.models import Store
from parking.errors import FeeTermsOutOfBounds
from parking.models import CarPark
from parking.services.register_car_park import lock_open_car_park

GRACE_RANGE = (5, 120)


@transaction.atomic
def set_fee_terms(
    *, car_park: CarPark, store: Store | None, exit_grace_minutes: int, by: User | None
) -> CarPark:
    """The store of the operator at which the car park takes coupons and points, none for neither, and the minutes of
    leaving after paying. The same again changes nothing.

    Raises CarParkClosed, FeeTermsOutOfBounds.
    """
    row = lock_open_car_park(car_park)
    low, high = GRACE_RANGE
    if not low <= exit_grace_minutes <= high or (store and store.merchant_id != row.merchant_id):
        raise FeeTermsOutOfBounds
    if (row.store, row.exit_grace_minutes) == (store, exit_grace_minutes):
        return row
    row.store, row.exit_grace_minutes = store, exit_grace_minutes
    row.save(update_fields=["store", "exit_grace_minutes"])
    audit.record(
        by=by,
        verb="set_fee_terms",
        subject=f"parking.carpark:{row.pk}",
        store=store.public_id if store else None,
        exit_grace_minutes=exit_grace_minutes,
    )
    return row

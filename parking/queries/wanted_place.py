"""The pool and the plate that a reservation names: one look-up of what is asked of them, no ORM."""

from typing import Any

from district.kernel.database.postgres import first_row, stored_row
from district.kernel.errors import NotFound
from district.members.models import Member, MemberKey
from district.merchants.models import Merchant
from parking.models import CarPark, Pool, ReservationPolicy, Vehicle

_POOL_COLUMNS = ("id", "public_id", "car_park_id", "bay_class", "reservable_capacity")
_CAR_PARK_COLUMNS = (
    *("id", "public_id", "merchant_id", "name", "latitude", "longitude", "coordinate_system"),
    *("round_the_clock", "state"),
)
_POLICY_COLUMNS = (
    *("car_park_id", "deposit_fen", "hold_minutes", "early_minutes", "late_minutes"),
    *("free_cancel_minutes", "longest_minutes", "days_ahead"),
)
_MERCHANT_COLUMNS = ("id", "state")
_VEHICLE_COLUMNS = ("id", "public_id", "member_id", "plate_hash", "plate_sealed", "colour")
_KEY_COLUMNS = ("member_id", "master_version", "wrapped")
_TABLES = {
    "pool": _POOL_COLUMNS,
    "car_park": _CAR_PARK_COLUMNS,
    "policy": _POLICY_COLUMNS,
    "merchant": _MERCHANT_COLUMNS,
    "vehicle": _VEHICLE_COLUMNS,
    "key": _KEY_COLUMNS,
}
_WANTED_PLACE = """
    select {} from parking_pool pool
    join parking_carpark car_park on car_park.id = pool.car_park_id
    join merchants_merchant merchant on merchant.id = car_park.merchant_id
    left join parking_reservationpolicy policy on policy.car_park_id = car_park.id
    join parking_vehicle vehicle
        on vehicle.public_id = %s and vehicle.member_id = %s and vehicle.removed_at is null
    left join members_memberkey key on key.member_id = vehicle.member_id
    where pool.public_id = %s
""".format(", ".join(f"{table}.{name}" for table, names in _TABLES.items() for name in names))


def wanted_place(member: Member, *, pool: str, vehicle: str) -> tuple[Pool, Vehicle]:
    """A pool with the terms of its car park, and a plate of the member, as far as a reservation asks of them; their
    other columns load when read. Raises NotFound, also for somebody else's plate.
    """
    row = first_row(_WANTED_PLACE, vehicle, member.pk, pool)
    if row is None:
        raise NotFound
    values = iter(row)
    parts: dict[str, dict[str, Any]] = {
        table: {name: next(values) for name in names} for table, names in _TABLES.items()
    }
    return _pool(parts), _vehicle(parts, member)


def _pool(parts: dict[str, dict[str, Any]]) -> Pool:
    found = stored_row(Pool, **parts["pool"])
    found.car_park = stored_row(CarPark, **parts["car_park"])
    found.car_park.merchant = stored_row(Merchant, **parts["merchant"])
    if parts["policy"]["car_park_id"] is not None:
        found.car_park.reservation_policy = stored_row(ReservationPolicy, **parts["policy"])
    return found


def _vehicle(parts: dict[str, dict[str, Any]], member: Member) -> Vehicle:
    found = stored_row(Vehicle, **parts["vehicle"])
    found.member = member
    if parts["key"]["member_id"] is not None:
        member.key = stored_row(MemberKey, **parts["key"])
    return found

"""Car parks in the register: added, edited, closed."""

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Literal

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant, Venue
from parking.errors import CarParkClosed, PositionIncomplete
from parking.models import CarPark, CarParkClosing, OccupancyFeed, ReservationPolicy, Tariff


@dataclass(frozen=True)
class CarParkDetails:
    """What the register says of a car park besides its bays, hours and layout."""

    name: str
    venue: Venue | None = None
    address: str = ""
    latitude: Decimal | None = None
    longitude: Decimal | None = None
    coordinate_system: str = CarPark.CoordinateSystem.GCJ02
    height_limit_cm: int | None = None
    operator_name: str = ""
    fee_note: str = ""


@transaction.atomic
def register_car_park(
    *, merchant: Merchant, details: CarParkDetails, by: User | None, key: Key
) -> CarPark:
    """A car park that the merchant runs.

    Raises KeyReused, PositionIncomplete.
    """
    if (earlier := claim_key(key)) is not None:
        return CarPark.objects.get(pk=earlier)
    _require_position(details)
    car_park = CarPark.objects.create(merchant=merchant, **_columns(details))
    _record("register_car_park", car_park, by)
    store_result(key, car_park.pk)
    return car_park


@transaction.atomic
def edit_car_park(*, car_park: CarPark, details: CarParkDetails, by: User | None) -> CarPark:
    """The car park with these details; those it has already change nothing.

    Raises CarParkClosed, PositionIncomplete.
    """
    _require_position(details)
    current = lock_open_car_park(car_park)
    columns = _columns(details)
    changed = [name for name, value in columns.items() if getattr(current, name) != value]
    if changed:
        for name in changed:
            setattr(current, name, columns[name])
        current.save()
        _record("edit_car_park", current, by, fields=changed)
    return current


@transaction.atomic
def set_arrears_policy(*, car_park: CarPark, collects_arrears: bool, by: User | None) -> CarPark:
    """Whether what is left unpaid there becomes arrears of members and plates; the same again changes nothing.

    Only where the gates report payments to us: what we do not know of would be asked for twice. Raises CarParkClosed.
    """
    current = lock_open_car_park(car_park)
    if current.collects_arrears != collects_arrears:
        current.collects_arrears = collects_arrears
        current.save(update_fields=["collects_arrears"])
        _record("set_arrears_policy", current, by, collects_arrears=collects_arrears)
    return current


@transaction.atomic
def close_car_park(*, car_park: CarPark, by: User | None) -> CarPark:
    """The car park out of the public register, its past kept; closing it again changes nothing.

    Its reservations are dealt with by `close_out_car_parks`, which its `CarParkClosing` waits for.
    """
    current = CarPark.objects.select_for_update(no_key=True).get(pk=car_park.pk)
    if current.state == CarPark.State.CLOSED:
        return current
    current.state, current.closed_at = CarPark.State.CLOSED, clock.now()
    current.save(update_fields=["state", "closed_at"])
    if ReservationPolicy.objects.filter(car_park=current).exists():
        CarParkClosing.objects.create(car_park=current, closed_by=by, created_at=current.closed_at)
    _record("close_car_park", current, by)
    return current


def lock_open_car_park(car_park: CarPark) -> CarPark:
    """The car park as it is now, its row locked. Raises CarParkClosed."""
    current = CarPark.objects.select_for_update(no_key=True).get(pk=car_park.pk)
    if current.state == CarPark.State.CLOSED:
        raise CarParkClosed
    return current


def assign_to_car_park(
    car_park: CarPark,
    field: Literal["feed", "tariff"],
    assigned: OccupancyFeed | Tariff | None,
    *,
    otherwise: type[DomainError],
    by: User | None,
) -> CarPark:
    """What the car park has of its operator's; nothing happens where it has it already.

    Raises CarParkClosed, and `otherwise` for what is another operator's.
    """
    current = lock_open_car_park(car_park)
    if assigned is not None and assigned.merchant_id != current.merchant_id:
        raise otherwise
    number = assigned.pk if assigned else None
    if getattr(current, f"{field}_id") == number:
        return current
    setattr(current, field, assigned)
    current.save(update_fields=[field])
    facts: dict[str, Any] = {field: number}
    audit.record(by=by, verb=f"assign_{field}", subject=f"parking.carpark:{current.pk}", **facts)
    return current


def _columns(details: CarParkDetails) -> dict[str, object]:
    columns = {column.name: getattr(details, column.name) for column in fields(details)}
    venue = columns.pop("venue")
    return columns | {"venue_id": venue.pk if venue else None}


def _require_position(details: CarParkDetails) -> None:
    latitude, longitude = details.latitude, details.longitude
    if latitude is None and longitude is None:
        return
    if (
        latitude is None
        or longitude is None
        or not -90 <= latitude <= 90  # noqa: PLR2004
        or not -180 <= longitude <= 180  # noqa: PLR2004
    ):
        raise PositionIncomplete


def _record(verb: str, car_park: CarPark, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"parking.carpark:{car_park.pk}", **facts)

"""The only Python that calls the SQL functions of parking."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from district.kernel.database.postgres import call, call_record, named_rows
from district.kernel.idempotency import Key
from parking.models import OccupancyFeed
from parking.reservations.windows import Promises, Window
from parking.values import ReadingOutcome, ReportedReading


def record_readings(
    feed: OccupancyFeed,
    readings: Mapping[int, ReportedReading],
    *,
    at: datetime,
    latest: datetime,
) -> dict[int, ReadingOutcome]:
    """Take readings by their places; what became of each. Those after `latest` are from the future."""
    sent = [
        {
            "place": place,
            "pool": reading.pool,
            "occupied": reading.occupied,
            "capacity": reading.capacity,
            "measured_at": reading.measured_at.isoformat(),
        }
        for place, reading in readings.items()
    ]
    rows = named_rows(
        "select * from parking_record_readings(%s, %s::jsonb, %s, %s)",
        feed.pk,
        json.dumps(sent),
        at,
        latest,
    )
    return {row["place"]: ReadingOutcome(row["outcome"]) for row in rows}


@dataclass(frozen=True, slots=True)
class ReservationRequest:
    """A place for a plate of a member; held until `hold_expires_at`, or confirmed at once where there is none."""

    member: int
    vehicle: int
    plate_key: int
    pool: int
    bay: int | None
    public_id: str
    window: Window
    promises: Promises
    hold_expires_at: datetime | None
    deposit_fen: int


@dataclass(frozen=True, slots=True)
class PostedReservation:
    """The row just made, or of a repeated key the earlier one."""

    pk: int
    repeated: bool


def reserve(
    request: ReservationRequest, *, most_open: int, key: Key, at: datetime
) -> PostedReservation:
    """Reserve a place, exactly once per key.

    Raises BayReserved, KeyReused, PlateReservedAlready, ReservationFull, TooManyReservations, VehicleRemoved.
    """
    window, promises = request.window, request.promises
    row = call_record(
        "parking_reserve",
        *(key.scope, key.key, key.terms),
        *(request.member, request.vehicle, request.plate_key, request.pool, request.bay),
        *(request.public_id, window.starts_at, window.ends_at),
        "confirmed" if request.hold_expires_at is None else "held",
        *(request.hold_expires_at, promises.free_cancel_until, promises.admitted_from),
        *(promises.late_until, request.deposit_fen, most_open, at),
    )
    return PostedReservation(row["reservation"], row["repeated"])


def change_reservation(
    *, member: int, reservation: int, pool: int, window: Window, promises: Promises
) -> bool:
    """Another window or pool; whether the reservation still waited for its car.

    Raises BayReserved, PlateReservedAlready, ReservationFull.
    """
    changed = call(
        "parking_change_reservation",
        *(member, reservation, pool, window.starts_at, window.ends_at),
        *(promises.free_cancel_until, promises.admitted_from, promises.late_until),
    )
    return changed is not None


def end_reservation(
    reservation: int, *, from_states: Sequence[str], state: str, reason: str = "", at: datetime
) -> bool:
    """End a reservation that is in one of these states; whether this call did."""
    ended = call("parking_end_reservation", reservation, list(from_states), state, reason, at)
    return ended is not None


def end_next_due(
    pool: int | None, *, at: datetime, without: Sequence[int] = ()
) -> tuple[int, str] | None:
    """The next hold that expired or place for which nobody came, of a pool or of all; its number and how it ended."""
    row = call_record("parking_end_next_due", pool, at, list(without))
    return None if row["reservation"] is None else (row["reservation"], row["state"])


def undo_no_show(reservation: int, *, stay: int, arrived_at: datetime, at: datetime) -> str | None:
    """A no-show whose car came in time: `arrived`, or `completed` where its place is gone; None where it is none."""
    state: str | None = call("parking_undo_no_show", reservation, stay, arrived_at, at)
    return state


def note_displaced(*, at: datetime) -> int:
    """Name the car that stands in the place of reservations which have begun; of how many."""
    count: int = call("parking_note_displaced", at)
    return count


def relocate(
    *, member: int, reservation: int, pool: int, public_id: str, reason: str, at: datetime
) -> int | None:
    """A confirmed reservation in another pool; the new one's number, None where it was not confirmed any more.

    Raises ReservationFull.
    """
    made: int | None = call("parking_relocate", member, reservation, pool, public_id, reason, at)
    return made


def lock_member(member: int) -> None:
    """Until the transaction ends nobody else changes the member's plates or reservations."""
    call("parking_lock_member", member)


def fit_slots(pool: int, *, start: datetime, until: datetime) -> int:
    """Slots of the pool's reservable bays from an instant until another; how many were missing."""
    made: int = call("parking_fit_slots", pool, start, until)
    return made

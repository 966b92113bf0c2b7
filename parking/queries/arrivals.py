"""Which reservations are not yet what the stays of their plates say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from district.kernel import clock
from district.kernel.database.postgres import named_rows

# The first stay of the plate in the car park that came in time: from `admitted_from` until before `late_until`, or
# earlier and still there then. A car that came early counts once its time has come.
_SQL = """
select reservation.id, reservation.state, reservation.stay_id as known_stay,
    reservation.admitted_from, reservation.ends_at,
    stay.id as stay, stay.entered_at, stay.left_at
from parking_reservation reservation
join parking_pool pool on pool.id = reservation.pool_id
join parking_vehicle vehicle on vehicle.id = reservation.vehicle_id
left join lateral (
    select * from parking_stay stay
    where stay.car_park_id = pool.car_park_id and stay.plate_hash = vehicle.plate_hash
        and stay.colour = vehicle.colour and stay.state in ('open', 'closed', 'lost_exit')
        and stay.entered_at < reservation.late_until
        and (stay.entered_at >= reservation.admitted_from
             or stay.state = 'open' or stay.left_at > reservation.admitted_from)
    order by stay.entered_at, stay.id limit 1) stay on true
where reservation.state in ('confirmed', 'arrived', 'completed', 'no_show')
    and (reservation.starts_at >= %s or reservation.state = 'confirmed' or reservation.state = 'arrived')
    and reservation.admitted_from <= %s
    and (%s::bigint[] is null or pool.car_park_id = any(%s))
    and (stay.id is distinct from reservation.stay_id
         or reservation.state = 'arrived'
             and (stay.left_at is not null or reservation.ends_at <= %s))
order by reservation.id
"""


@dataclass(frozen=True)
class Mismatch:
    """A reservation, and the stay that is its car's; none where no car of its plate came in time."""

    reservation: int
    state: str
    known_stay: int | None
    admitted_from: datetime
    ends_at: datetime
    stay: int | None
    entered_at: datetime | None
    left_at: datetime | None

    @property
    def arrived_at(self) -> datetime:
        """A car that came early has its place from when it is let in."""
        assert self.entered_at is not None
        return max(self.entered_at, self.admitted_from)


def days_since(event: datetime) -> int:
    """So many days back begin the reservations that the car of a gate event can be of: at most two before it."""
    return (clock.now() - event).days + 2


def mismatches(
    *, since: datetime, at: datetime, car_parks: Sequence[int] | None = None
) -> list[Mismatch]:
    """Of reservations that have not ended or began from `since` on, in these car parks or in all. One query."""
    wanted = None if car_parks is None else list(car_parks)
    rows = named_rows(_SQL, since, at, wanted, wanted, at)
    return [Mismatch(row.pop("id"), **row) for row in rows]

"""Vehicle flow of car parks, counted from their stays: what comes late or is corrected changes the hours it belongs to."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum

from district.kernel import clock
from district.kernel.database.postgres import named_rows
from parking.models import CarPark
from parking.stays.flow import FlowHour, complete_hours, hours_between

# Once in, and out again or still there: a car whose exit nobody read may be anywhere.
_PRESENT = "entered_at is not null and (left_at is not null or state = 'open')"
_COUNTS = f"""
with moves as (
    select car_park_id, entered_at as at, 1 as change, state, left_at is null as is_lost,
           {_PRESENT} as is_present, null::interval as stayed
    from parking_stay
    where car_park_id = any(%s) and state <> 'merged'
        and entered_at >= %s and entered_at < %s
    union all
    select car_park_id, left_at, -1, state, false, {_PRESENT}, left_at - entered_at
    from parking_stay
    where car_park_id = any(%s) and state <> 'merged'
        and left_at >= %s and left_at < %s),
-- At one instant a car leaves before another enters.
sums as (
    select moves.*, date_trunc('hour', at, 'Asia/Shanghai') as hour,
           sum(change) filter (where is_present)
               over (partition by car_park_id, date_trunc('hour', at, 'Asia/Shanghai')
                     order by at, change rows unbounded preceding) as net_so_far
    from moves)
select car_park_id, hour,
       count(*) filter (where change = 1)::int as entries,
       count(*) filter (where change = -1)::int as exits,
       coalesce(sum(change) filter (where is_present), 0)::int as net,
       coalesce(max(net_so_far), 0)::int as highest,
       count(stayed)::int as ended_stays,
       coalesce(extract(epoch from sum(stayed)), 0)::bigint as stay_seconds,
       count(*) filter (where change = 1 and is_lost and state = 'lost_exit')::int as lost_exits,
       count(*) filter (where change = -1 and state = 'missing_entry')::int as missing_entries
from sums group by car_park_id, hour
"""
_BEFORE = """
select car_park_id, count(*)::int as present from parking_stay
where car_park_id = any(%s) and state <> 'merged' and entered_at < %s
    and (left_at >= %s or left_at is null and state = 'open')
group by car_park_id
"""


@dataclass(frozen=True)
class CarParkFlow:
    """The hours of a car park, and how many bays it has."""

    car_park: CarPark
    capacity: int
    hours: Sequence[FlowHour]


def flow_of(car_parks: QuerySet[CarPark], *, start: datetime, until: datetime) -> list[CarParkFlow]:
    """The flow of car parks, by name, from an instant on which an hour begins; three queries."""
    rows = list(car_parks.annotate(bays=Sum("pools__capacity")).order_by("name_key", "pk"))
    numbers = [row.pk for row in rows]
    bounds = (numbers, start, until)
    counted: dict[int, dict[datetime, dict[str, int]]] = defaultdict(dict)
    for row in named_rows(_COUNTS, *bounds, *bounds):
        counted[row.pop("car_park_id")][row.pop("hour")] = row
    present = named_rows(_BEFORE, numbers, start, start)
    before = {row["car_park_id"]: row["present"] for row in present}
    hours = hours_between(start, until)
    return [
        CarParkFlow(
            row, row.bays or 0, complete_hours(counted[row.pk], hours, before.get(row.pk, 0))
        )
        for row in rows
    ]


def days_back(days: int) -> tuple[datetime, datetime]:
    """So many days until now, today among them."""
    now = clock.now()
    today = clock.start_of_day(clock.business_day(now))
    return today - timedelta(days=days - 1), now

"""Readings that a feed reports, and their end."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import connection, transaction

from district.kernel import clock
from parking import procedures
from parking.models import OccupancyFeed
from parking.services.refused_rows import REFUSED_READINGS, keep_refused
from parking.values import TAKEN_READINGS, ReadingOutcome, ReportedReading, ReportedRow, RowResult

# Clocks of car parks run ahead a little; a reading from later than that tells nothing about now.
CLOCK_TOLERANCE = timedelta(minutes=2)
# The forecast looks back over some weeks; what is older tells it nothing more.
READINGS_KEPT = timedelta(days=100)
REFUSED_KEPT = timedelta(days=30)
_PURGED_AT_ONCE = 10_000


@transaction.atomic
def record_readings(
    *, feed: OccupancyFeed, rows: Sequence[ReportedRow[ReportedReading]]
) -> list[RowResult[ReadingOutcome]]:
    """What became of each row, in their order; every row that can be taken is, whatever the others are like.

    Refused rows are kept for people to look at. A row taken before is `repeated` and changes nothing.
    """
    at = clock.now()
    readings = {place: row.report for place, row in enumerate(rows) if row.report is not None}
    outcomes = procedures.record_readings(feed, readings, at=at, latest=at + CLOCK_TOLERANCE)
    results = [
        RowResult(outcomes.get(place, ReadingOutcome.INVALID), row.detail)
        for place, row in enumerate(rows)
    ]
    keep_refused(REFUSED_READINGS, feed, rows, results, taken=TAKEN_READINGS, at=at)
    return results


def purge_readings() -> int:
    """Delete a slice of the readings and refused readings whose time is over; how many. The latest reading of each pool stays."""
    at = clock.real_now()
    with connection.cursor() as cursor:
        cursor.execute(
            "delete from parking_occupancyreading where id in ("
            " select reading.id from parking_occupancyreading reading"
            " join parking_liveoccupancy live on live.pool_id = reading.pool_id"
            " where reading.measured_at < %s and reading.measured_at < live.measured_at limit %s)",
            [at - READINGS_KEPT, _PURGED_AT_ONCE],
        )
        readings = int(cursor.rowcount)
        cursor.execute("delete from parking_refusedreading where last_at < %s", [at - REFUSED_KEPT])
        return readings + int(cursor.rowcount)

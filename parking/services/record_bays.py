"""What the sensors of bays report: of each bay the latest is kept."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from district.kernel import clock
from parking.models import BayReport, CarPark, OccupancyFeed
from parking.queries.vehicles import number_hash
from parking.services.pair_events import lock_reported
from parking.services.record_gate_events import OLDEST_EVENT
from parking.services.record_readings import CLOCK_TOLERANCE
from parking.services.refused_rows import REFUSED_GATE_EVENTS, keep_refused
from parking.stays.locations import TAKEN_BAYS, BayOutcome, ReportedBay
from parking.values import ReportedRow, RowResult

# So long a plate is found at its bay when nothing more is heard of the bay.
BAY_PLATES_KEPT = timedelta(days=7)


@transaction.atomic
def record_bays(
    *, feed: OccupancyFeed, rows: Sequence[ReportedRow[ReportedBay]]
) -> list[RowResult[BayOutcome]]:
    """What became of each row, in their order; every row that can be taken is, whatever the others are like."""
    at = clock.now()
    reported = [row.report for row in rows if row.report]
    car_parks = lock_reported(feed, {report.car_park for report in reported})
    known = {
        (row.car_park_id, row.bay): row
        for row in BayReport.objects.filter(
            car_park__in=car_parks.values(), bay__in={report.bay for report in reported}
        )
    }
    results = [RowResult(_take(row.report, car_parks, known, at), row.detail) for row in rows]
    keep_refused(REFUSED_GATE_EVENTS, feed, rows, results, taken=TAKEN_BAYS, at=at)
    return results


def forget_bay_plates() -> int:
    """Plates at bays of which nothing was heard for a week; how many."""
    old = BayReport.objects.filter(
        received_at__lt=clock.real_now() - BAY_PLATES_KEPT, plate_hash__isnull=False
    )
    return old.update(plate_hash=None, colour="")


def _take(
    report: ReportedBay | None,
    car_parks: dict[str, CarPark],
    known: dict[tuple[int, str], BayReport],
    at: datetime,
) -> BayOutcome:
    if report is None:
        return BayOutcome.INVALID
    car_park = car_parks.get(report.car_park)
    if car_park is None:
        return BayOutcome.UNKNOWN_CAR_PARK
    if not at - OLDEST_EVENT <= report.measured_at <= at + CLOCK_TOLERANCE:
        return BayOutcome.FUTURE if report.measured_at > at else BayOutcome.TOO_OLD
    place = (car_park.pk, report.bay)
    latest, row = known.get(place), _row(car_park, report, at)
    if latest is not None:
        if report.measured_at < latest.measured_at:
            return BayOutcome.OLDER
        if report.measured_at == latest.measured_at:
            same = _facts(latest) == _facts(row)
            return BayOutcome.REPEATED if same else BayOutcome.CONFLICT
        row.pk = latest.pk
    row.save()
    known[place] = row
    return BayOutcome.ACCEPTED


def _row(car_park: CarPark, report: ReportedBay, at: datetime) -> BayReport:
    return BayReport(
        car_park=car_park,
        bay=report.bay,
        floor=report.floor,
        zone=report.zone,
        is_occupied=report.is_occupied,
        plate_hash=number_hash(report.plate, report.colour) if report.plate else None,
        colour=report.colour,
        measured_at=report.measured_at,
        received_at=at,
    )


def _facts(row: BayReport) -> tuple[object, ...]:
    found_by = None if row.plate_hash is None else bytes(row.plate_hash)
    return (row.floor, row.zone, row.is_occupied, found_by, row.colour)

"""Gate events that a feed reports: taken, refused, paired, and their plates forgotten in the end."""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from district.kernel import clock
from parking.models import CarPark, GateEvent, OccupancyFeed, RefusedGateEvent, Stay
from parking.queries.arrivals import days_since
from parking.queries.stays import PLATE_PLACE, EventsOfPlate, ticket_hash
from parking.queries.vehicles import number_hash
from parking.services.arrivals import follow_stays
from parking.services.pair_events import lock_car_parks, lock_reported, pair_events
from parking.services.record_readings import CLOCK_TOLERANCE, REFUSED_KEPT
from parking.services.refused_rows import REFUSED_GATE_EVENTS, keep_refused
from parking.services.sweeps import sweep
from parking.stays.sealing import digest_of_event, seal_text
from parking.stays.values import (
    TAKEN_EVENTS,
    GateEventOutcome,
    ReportedGateEvent,
)
from parking.values import ReportedRow, RowResult

# A gate without the network keeps its events; what is older than this is a mistake of a clock.
OLDEST_EVENT = timedelta(days=60)
PLATES_KEPT = timedelta(days=180)
_PAIRED_AT_ONCE = 200
logger = logging.getLogger("district.parking")


GateRows = Sequence[ReportedRow[ReportedGateEvent]]
GateResults = list[RowResult[GateEventOutcome]]


def record_gate_events(*, feed: OccupancyFeed, rows: GateRows) -> GateResults:
    """What became of each row, in their order; every row that can be taken is, whatever the others are like.

    What was taken is paired at once, and reservations follow. Should that fail, the events stay and
    `pair_waiting_events` looks after them.
    """
    results, changed = _record(feed, rows)
    if changed:
        oldest = min(event.occurred_at for event in changed)
        _follow([event.car_park_id for event in changed], oldest)
    return results


@transaction.atomic
def _record(feed: OccupancyFeed, rows: GateRows) -> tuple[GateResults, list[GateEvent]]:
    """What became of each row, and the events that were taken."""
    at = clock.now()
    car_parks = lock_reported(feed, {row.report.car_park for row in rows if row.report})
    known = {
        event.event_id: bytes(event.digest)
        for event in GateEvent.objects.filter(
            feed=feed, event_id__in=[row.report.event_id for row in rows if row.report]
        )
    }
    results: GateResults = []
    stored = []
    for row in rows:
        outcome = _outcome(row.report, car_parks, known, at)
        if outcome is GateEventOutcome.ACCEPTED and row.report is not None:
            event = _store(feed, car_parks[row.report.car_park], row.report, at)
            known[row.report.event_id] = bytes(event.digest)
            stored.append(event)
        results.append(RowResult(outcome, row.detail))
    keep_refused(REFUSED_GATE_EVENTS, feed, rows, results, taken=TAKEN_EVENTS, at=at)
    _pair(dict.fromkeys(EventsOfPlate.of(event) for event in stored))
    return results, stored


def pair_waiting_events() -> int:
    """Pair events that could not be paired when they came; how many plates were."""
    paired = list[GateEvent]()

    def pair(event: GateEvent) -> bool:
        if _pair_waiting(event):
            paired.append(event)
        return bool(paired) and paired[-1] is event

    count = sweep(GateEvent.objects.filter(stay=None), pair, _PAIRED_AT_ONCE)
    if paired:
        oldest = min(event.occurred_at for event in paired)
        _follow([event.car_park_id for event in paired], oldest)
    return count


@transaction.atomic
def _pair_waiting(event: GateEvent) -> bool:
    """Whether its plate was not paired yet, and is now."""
    lock_car_parks([event.car_park_id])
    if not GateEvent.objects.filter(pk=event.pk, stay=None).exists():
        return False
    pair_events(EventsOfPlate.of(event))
    return True


def forget_plates() -> int:
    """Plates of more than half a year ago are known by their hash only, and old refused events go; how many rows."""
    before = clock.real_now() - PLATES_KEPT
    forgotten = GateEvent.objects.filter(occurred_at__lt=before).exclude(plate_sealed=b"")
    stays = Stay.objects.exclude(plate_sealed=b"").exclude(state=Stay.State.OPEN)
    count = forgotten.update(plate_sealed=b"")
    count += (
        stays.exclude(entered_at__gte=before).exclude(left_at__gte=before).update(plate_sealed=b"")
    )
    old = RefusedGateEvent.objects.filter(last_at__lt=clock.real_now() - REFUSED_KEPT)
    return count + old.delete()[0]


def _follow(car_parks: Iterable[int], oldest: datetime) -> None:
    try:
        follow_stays(car_parks=sorted(set(car_parks)), days=days_since(oldest))
    except Exception:
        # The sweep looks after them; what a gate saw is stored and answered.
        logger.exception("reservations did not follow gate events")


def _pair(plates: Iterable[EventsOfPlate]) -> None:
    for plate in plates:
        try:
            with transaction.atomic():
                pair_events(plate)
        except Exception:
            # What a gate saw is kept whatever our own mistakes are.
            logger.exception("gate events not paired", extra={"car_park": plate.car_park})


def _outcome(
    event: ReportedGateEvent | None,
    car_parks: dict[str, CarPark],
    known: dict[str, bytes],
    at: datetime,
) -> GateEventOutcome:
    if event is None:
        return GateEventOutcome.INVALID
    if (digest := known.get(event.event_id)) is not None:
        same = digest == digest_of_event(event)
        return GateEventOutcome.REPEATED if same else GateEventOutcome.CONFLICT
    if event.car_park not in car_parks:
        return GateEventOutcome.UNKNOWN_CAR_PARK
    if event.occurred_at > at + CLOCK_TOLERANCE:
        return GateEventOutcome.FUTURE
    if event.occurred_at < at - OLDEST_EVENT:
        return GateEventOutcome.TOO_OLD
    return GateEventOutcome.ACCEPTED


def _store(
    feed: OccupancyFeed, car_park: CarPark, event: ReportedGateEvent, at: datetime
) -> GateEvent:
    found_by = ticket_hash(event.ticket) if event.ticket else number_hash(event.plate, event.colour)
    return GateEvent.objects.create(
        feed=feed,
        event_id=event.event_id,
        digest=digest_of_event(event),
        car_park=car_park,
        direction=event.direction,
        lane=event.lane,
        floor=event.floor,
        zone=event.zone,
        occurred_at=event.occurred_at,
        received_at=at,
        plate_hash=found_by,
        plate_sealed=seal_text(event.ticket or event.plate, place=PLATE_PLACE),
        colour=event.colour,
        kind=event.kind,
    )

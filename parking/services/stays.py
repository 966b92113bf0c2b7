"""What people say of stays where gates missed or misread something."""

from collections.abc import Callable
from datetime import datetime
from functools import wraps
from typing import Any, Literal, ParamSpec, cast

from django.db import transaction
from django.db.models import QuerySet

from district.kernel import audit, clock
from district.members.models import User
from parking import plates
from parking.errors import PlateInvalid, StayNotInState, StayTimeInvalid
from parking.models import GateEvent, PlateCorrection, Stay
from parking.queries.arrivals import days_since
from parking.queries.stays import PLATE_PLACE, EventsOfPlate
from parking.queries.vehicles import plate_hash
from parking.services.arrivals import follow_stays
from parking.services.pair_events import lock_car_parks, pair_events
from parking.stays.sealing import seal_text

StayPart = Literal["all", "entry", "exit"]
State = Stay.State
P = ParamSpec("P")


def _then_reservations_follow(verb: Callable[P, Stay]) -> Callable[P, Stay]:
    """In a transaction of its own; then reservations of its car park are what their stays say."""

    @wraps(verb)
    def call(*arguments: P.args, **named: P.kwargs) -> Stay:
        before = cast(Stay, named["stay"])
        with transaction.atomic():
            stay = verb(*arguments, **named)
        times = (before.entered_at, before.left_at, stay.entered_at, stay.left_at)
        oldest = min((at for at in times if at is not None), default=clock.now())
        follow_stays(car_parks=[stay.car_park_id], days=days_since(oldest))
        return Stay.objects.get(pk=stay.pk)

    return call


@_then_reservations_follow
def close_as_lost_exit(*, stay: Stay, left_at: datetime, by: User | None) -> Stay:
    """The car left when somebody says it did, without having been read; the same again changes nothing.

    Should its exit be reported after all, that counts. Raises StayNotInState, StayTimeInvalid.
    """
    current = _lock(stay)
    if current.state == State.LOST_EXIT and current.declared_left_at == left_at:
        return current
    if current.state not in {State.OPEN, State.LOST_EXIT} or current.entered_at is None:
        raise StayNotInState
    if not current.entered_at <= left_at <= clock.now():
        raise StayTimeInvalid
    current.declared_left_at = left_at
    current.save(update_fields=["declared_left_at"])
    return _paired("close_as_lost_exit", current, by, left_at=left_at.isoformat())


@_then_reservations_follow
def resolve_missing_entry(*, stay: Stay, entered_at: datetime, by: User | None) -> Stay:
    """The car entered when somebody says it did; the same again changes nothing.

    Should its entry be reported after all, that counts. Raises StayNotInState, StayTimeInvalid.
    """
    current = _lock(stay)
    if current.state == State.CLOSED and current.declared_entered_at == entered_at:
        return current
    if current.state != State.MISSING_ENTRY or current.left_at is None:
        raise StayNotInState
    if entered_at > current.left_at:
        raise StayTimeInvalid
    current.declared_entered_at = entered_at
    current.save(update_fields=["declared_entered_at"])
    return _paired("resolve_missing_entry", current, by, entered_at=entered_at.isoformat())


@_then_reservations_follow
def correct_plate(
    *, stay: Stay, plate: str, colour: str = "", part: StayPart = "all", by: User | None
) -> Stay:
    """The stay, its entry or its exit is of another plate; what it was read as is kept. Again, nothing changes.

    Where that plate has a stay that lacks just this event, the two become one. The stay that has the event now is
    returned. Raises PlateInvalid, StayNotInState.
    """
    try:
        corrected = plates.parse_plate(plate, colour)
    except plates.PlateProblem as problem:
        raise PlateInvalid(problem=problem.reason) from None
    current = _lock(stay)
    if current.state == State.MERGED:
        raise StayNotInState
    before = EventsOfPlate.of(current)
    after = EventsOfPlate(current.car_park_id, plate_hash(corrected), corrected.colour)
    events = list(_events(current, part))
    if before == after or not events:
        return current
    sealed, at = seal_text(corrected.number, place=PLATE_PLACE), clock.now()
    PlateCorrection.objects.bulk_create(
        PlateCorrection(
            event=event,
            plate_hash=event.plate_hash,
            plate_sealed=event.plate_sealed,
            colour=event.colour,
            corrected_at=at,
            corrected_by=by,
        )
        for event in events
    )
    GateEvent.objects.filter(pk__in=[event.pk for event in events]).update(
        plate_hash=after.plate_hash,
        plate_sealed=sealed,
        colour=after.colour,
        kind=corrected.kind,
    )
    # The plate that it was not gives its events up first.
    for plate_events in (before, after):
        pair_events(plate_events)
    _record("correct_plate", current, by, part=part)
    moved = GateEvent.objects.select_related("stay").get(pk=events[0].pk).stay
    assert moved is not None
    return moved


def _events(stay: Stay, part: StayPart) -> QuerySet[GateEvent]:
    rows = stay.events.order_by("pk")
    return rows if part == "all" else rows.filter(direction=part)


def _lock(stay: Stay) -> Stay:
    lock_car_parks([stay.car_park_id])
    return Stay.objects.get(pk=stay.pk)


def _paired(verb: str, stay: Stay, by: User | None, **facts: Any) -> Stay:
    pair_events(EventsOfPlate.of(stay))
    _record(verb, stay, by, **facts)
    return Stay.objects.get(pk=stay.pk)


def _record(verb: str, stay: Stay, by: User | None, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"parking.stay:{stay.pk}", **facts)

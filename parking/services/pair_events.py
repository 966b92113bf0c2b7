"""The stays of a plate, brought in line with all that its gates reported."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from parking.models import CarPark, GateEvent, OccupancyFeed, Stay, TariffVersion
from parking.queries.stays import EventsOfPlate
from parking.queries.tariffs import tariff_version_at
from parking.services.follow_stay_changes import follow_changes, move_fee
from parking.stays.pairing import GatePass, PairedPasses, pair_passes

State = Stay.State


def lock_car_parks(numbers: Sequence[int]) -> None:
    """The events of a car park are paired one report after the other; in one order, so that none waits in a circle."""
    rows = CarPark.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk")
    list(rows.values_list("pk"))


def lock_reported(feed: OccupancyFeed, public_ids: Iterable[str]) -> dict[str, CarPark]:
    """Those of the car parks that the feed reports for, locked, by their public id."""
    found = CarPark.objects.filter(feed=feed, public_id__in=public_ids)
    car_parks = {car_park.public_id: car_park for car_park in found}
    lock_car_parks([car_park.pk for car_park in car_parks.values()])
    return car_parks


def pair_events(plate: EventsOfPlate) -> None:
    """Write the stays that follow from the events of a plate; its car park is locked. Done again, nothing changes."""
    events = {event.pk: event for event in plate.events()}
    pairs = pair_passes(
        GatePass(event.pk, event.direction == "entry", event.occurred_at, event.event_id)
        for event in events.values()
    )
    known = list(plate.stays(events))
    stays = _matched(pairs, known)
    kept = {stay.pk for stay in stays if stay.pk}
    targets = _merge([stay for stay in known if stay.pk not in kept], pairs, stays)
    before = [_facts(stay) for stay in stays]
    planned = [_planned(stay, pair, events) for stay, pair in zip(stays, pairs, strict=True)]
    changed = [stay for stay, facts in zip(planned, before, strict=True) if _facts(stay) != facts]
    # A stay gives up its exit, or that it is open, before another takes it.
    given_up = Stay.objects.filter(
        pk__in=[stay.pk for stay in changed if stay.pk],
        state__in=[State.OPEN, State.CLOSED],
        entry_event__isnull=False,
    )
    given_up.update(state=State.LOST_EXIT, exit_event=None, left_at=None)
    for stay in changed:
        stay.save()
    was_over = [stay for stay, facts in zip(planned, before, strict=True) if _was_over(facts)]
    follow_changes([*targets, *was_over])
    for stay, pair in zip(stays, pairs, strict=True):
        numbers = [row.number for row in pair.passes]
        GateEvent.objects.filter(pk__in=numbers).exclude(stay=stay.pk).update(stay=stay)


def _matched(pairs: list[PairedPasses], known: list[Stay]) -> list[Stay]:
    """For each pair the stay that stands for it: that of its entry, else that of its exit, else a new one."""
    by_entry = {stay.entry_event_id: stay for stay in known if stay.entry_event_id}
    by_exit = {stay.exit_event_id: stay for stay in known if stay.exit_event_id}
    found: list[Stay | None] = [_first(by_entry, pair.entries) for pair in pairs]
    taken = {stay.pk for stay in found if stay}
    for place, pair in enumerate(pairs):
        stay = None if found[place] else _first(by_exit, pair.exits)
        if stay is not None and stay.pk not in taken:
            found[place] = stay
            taken.add(stay.pk)
    return [stay or Stay() for stay in found]


def _first(stays: dict[int, Stay], passes: list[GatePass]) -> Stay | None:
    return next((stays[row.number] for row in passes if row.number in stays), None)


def _merge(orphans: list[Stay], pairs: list[PairedPasses], stays: list[Stay]) -> list[Stay]:
    """Stays whose events are now another's point to it; those others."""
    targets = list[Stay]()
    for orphan in orphans:
        own = {orphan.entry_event_id, orphan.exit_event_id}
        target = next(
            stay
            for stay, pair in zip(stays, pairs, strict=True)
            if stay.pk and any(row.number in own for row in pair.passes)
        )
        # Whoever is changing what is paid of them comes first; in the order in which `lock_stay` goes on.
        for stay in (orphan, target):
            Stay.objects.select_for_update(no_key=True).get(pk=stay.pk)
        orphan.state, orphan.merged_into = State.MERGED, target
        orphan.save(update_fields=["state", "merged_into"])
        # It is one step from every stay to that which stands for it.
        Stay.objects.filter(merged_into=orphan).update(merged_into=target)
        move_fee(orphan, target)
        target.reckoned_at = None
        Stay.objects.filter(pk=target.pk).update(reckoned_at=None)
        targets.append(target)
    return targets


def _facts(stay: Stay) -> tuple[object, ...]:
    return (
        *(stay.state, stay.entry_event_id, stay.exit_event_id, stay.entered_at, stay.left_at),
        *(bytes(stay.plate_hash), stay.colour, stay.tariff_version_id),
    )


def _was_over(facts: tuple[object, ...]) -> bool:
    """Whether a stay was one that may owe something."""
    return facts[0] in {State.CLOSED, State.LOST_EXIT}


def _planned(stay: Stay, pair: PairedPasses, events: dict[int, GateEvent]) -> Stay:
    """The stay as its events say it is."""
    entry = events[pair.entries[0].number] if pair.entries else None
    left = events[pair.exits[0].number] if pair.exits else None
    read_first = entry or left
    assert read_first is not None
    stay.car_park_id, stay.entry_event, stay.exit_event = read_first.car_park_id, entry, left
    stay.plate_hash, stay.plate_sealed = read_first.plate_hash, read_first.plate_sealed
    stay.colour, stay.kind = read_first.colour, read_first.kind
    before, left_before = stay.entered_at, stay.left_at
    stay.left_at = left.occurred_at if left else None
    stay.entered_at = entry.occurred_at if entry else _declared_entry(stay)
    if left is not None:
        stay.state = State.CLOSED if stay.entered_at else State.MISSING_ENTRY
    elif stay.declared_left_at is not None:
        stay.state, stay.left_at = State.LOST_EXIT, stay.declared_left_at
    else:
        stay.state = State.OPEN if pair.is_last else State.LOST_EXIT
    if (stay.entered_at, stay.left_at) != (before, left_before):
        stay.reckoned_at = None
    if stay.entered_at != before or stay.tariff_version_id is None:
        stay.tariff_version = _version_at(read_first.car_park, stay.entered_at)
    return stay


def _declared_entry(stay: Stay) -> datetime | None:
    """What somebody said, unless the car had left by then."""
    declared = stay.declared_entered_at
    if declared is None or stay.left_at is None or declared > stay.left_at:
        return None
    return declared


def _version_at(car_park: CarPark, at: datetime | None) -> TariffVersion | None:
    if car_park.tariff is None or at is None:
        return None
    return tariff_version_at(car_park.tariff, at)

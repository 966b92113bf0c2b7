"""Cycles begin: each on the day after the last one's end."""

from datetime import date, timedelta

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from loyalty.settlement.errors import (
    CycleNeedsFirstDay,
    CycleState,
    CycleStillOpen,
    CycleWithoutDays,
)
from loyalty.settlement.models import Cycle
from loyalty.settlement.queries import last_cycle


@transaction.atomic
def open_cycle(*, last_day: date, by: User, first_day: date | None = None) -> Cycle:
    """The next cycle, up to and with a Shanghai day. The same days again change nothing.

    `first_day` is for the first cycle only; what happened before it is settled with it.

    Raises CycleNeedsFirstDay, CycleStillOpen, CycleWithoutDays.
    """
    ends_at = clock.start_of_day(last_day + timedelta(days=1))
    last = last_cycle()
    if last is not None and last.state != Cycle.State.CLOSED:
        if last.ends_at == ends_at:
            return last
        raise CycleStillOpen
    if last is None and first_day is None:
        raise CycleNeedsFirstDay
    starts_at = last.ends_at if last is not None else clock.start_of_day(first_day or last_day)
    if starts_at >= ends_at:
        raise CycleWithoutDays(first_day=clock.business_day(starts_at).isoformat())
    with translate_database_errors():
        cycle = Cycle.objects.create(
            number=last.number + 1 if last is not None else 1,
            follows=last.number if last is not None else None,
            starts_at=starts_at,
            ends_at=ends_at,
        )
    audit.record(by=by, verb="open_cycle", subject=f"settlement.cycle:{cycle.pk}")
    return cycle


@transaction.atomic
def move_cycle_end(*, cycle: Cycle, last_day: date, by: User) -> Cycle:
    """Another last day for a cycle whose closing nobody has proposed yet; whoever moves it does not
    approve the closing.

    Raises CycleState, CycleWithoutDays.
    """
    row = Cycle.objects.select_for_update(no_key=True).get(pk=cycle.pk)
    if row.state != Cycle.State.OPEN:
        raise CycleState(state=row.state)
    ends_at = clock.start_of_day(last_day + timedelta(days=1))
    if row.starts_at >= ends_at:
        raise CycleWithoutDays(first_day=clock.business_day(row.starts_at).isoformat())
    row.ends_at, row.end_moved_by = ends_at, by
    row.save(update_fields=["ends_at", "end_moved_by"])
    audit.record(
        by=by,
        verb="move_cycle_end",
        subject=f"settlement.cycle:{row.pk}",
        last_day=last_day.isoformat(),
    )
    return row

"""What the clock brings to arrears: stays looked at, money that came some other way, members found, reminders."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from district.kernel import clock
from parking.fee_posting import lock_stay
from parking.models import (
    Arrears,
    ArrearsReminder,
    ParkingQuote,
    ParkingTicket,
    Stay,
    Vehicle,
)
from parking.queries.arrears import debtor_of
from parking.services.arrears import PAID_AFTER_LEAVING_WITHIN, open_arrears, settle_arrears
from parking.services.sweeps import sweep

State = Arrears.State
# What was paid at the gate and is reported late is no arrears.
SETTLES_WITHIN = timedelta(minutes=15)
# Days after which what is not paid yet is called to mind.
REMINDED_AFTER_DAYS = (0, 3, 7, 14, 30)
_OVER = (Stay.State.CLOSED, Stay.State.LOST_EXIT)


def reckon_stays(*, limit: int = 200) -> int:
    """Look at stays that are over for what was left unpaid; how many. Each once, until its times change."""
    over = Stay.objects.filter(
        reckoned_at=None,
        left_at__lte=clock.now() - SETTLES_WITHIN,
        state__in=_OVER,
        car_park__collects_arrears=True,
    )
    return sweep(over, _reckon, limit)


def review_arrears(*, limit: int = 200) -> int:
    """Arrears whose stays were paid some other way since: a quote that was paid, money at the counter; how many changed."""
    paid = ParkingQuote.objects.filter(
        Q(stay=OuterRef("stay")) | Q(stay__merged_into=OuterRef("stay")),
        state=ParkingQuote.State.PAID,
        paid_at__gte=OuterRef("stay__left_at"),
    )
    return sweep(Arrears.objects.filter(Exists(paid), state=State.OPEN), _review, limit)


def attach_arrears(*, limit: int = 200) -> int:
    """Arrears of a plate become those of the member who has proven its papers since; how many."""
    proven = Vehicle.objects.filter(
        plate_hash=OuterRef("stay__plate_hash"),
        colour=OuterRef("stay__colour"),
        removed_at=None,
        verified_at__isnull=False,
    )
    scanned = ParkingTicket.objects.filter(ticket_hash=OuterRef("stay__plate_hash"))
    known = Exists(proven) | Exists(scanned)
    waiting = Arrears.objects.filter(known, member=None, state=State.OPEN)
    return sweep(waiting.select_related("stay"), _attach, limit)


def remind_of_arrears(*, limit: int = 500) -> int:
    """Note the reminders that are due; how many. Each stands once, whoever is first."""
    at = clock.now()
    later = ArrearsReminder.objects.filter(arrears=OuterRef("pk"))
    due = Q(pk__in=[])
    for number, days in enumerate(REMINDED_AFTER_DAYS, 1):
        # A reminder that is noted stands for those before it.
        noted = Exists(later.filter(number__gte=number))
        due |= Q(Q(due_at__lte=at - timedelta(days=days)), ~noted)
    overdue = Arrears.objects.filter(due, state=State.OPEN, member__isnull=False)
    return sweep(overdue, lambda row: _remind(row, at), limit)


@transaction.atomic
def _reckon(found: Stay) -> bool:
    stay = lock_stay(found)
    if stay.pk != found.pk or stay.reckoned_at is not None or stay.state not in _OVER:
        return False
    settle_arrears(stay=stay)
    open_arrears(stay=stay)
    Stay.objects.filter(pk=stay.pk).update(reckoned_at=clock.now())
    return True


@transaction.atomic
def _review(found: Arrears) -> bool:
    before = (found.state, found.amount_fen)
    settle_arrears(stay=lock_stay(found.stay))
    found.refresh_from_db()
    return (found.state, found.amount_fen) != before


def _attach(row: Arrears) -> bool:
    member = debtor_of(row.stay)
    if member is None:
        return False
    # From now on the member knows, and has time.
    due_at = max(row.due_at, clock.now() + PAID_AFTER_LEAVING_WITHIN)
    found = Arrears.objects.filter(pk=row.pk, member=None, state=State.OPEN)
    return bool(found.update(member=member, due_at=due_at))


def _remind(row: Arrears, at: datetime) -> bool:
    # A worker that slept for a week reminds once.
    number = sum(row.due_at + timedelta(days=days) <= at for days in REMINDED_AFTER_DAYS)
    _reminder, created = ArrearsReminder.objects.get_or_create(
        arrears=row, number=number, defaults={"reminded_at": at}
    )
    return created

"""Seals: each night the journal's day gets a Merkle root, chained to the days before."""

from datetime import date, timedelta

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import first_row
from loyalty.settlement import merkle
from loyalty.settlement.models import JournalSeal
from loyalty.settlement.queries import LedgerWindow, horizon_now, journal, last_seal

# Any fixed number: two that would seal at the same time take turns.
_LOCK = 6_962_001
_FIRST = bytes(32)


def seal_days(*, until: date | None = None, most: int = 400) -> int:
    """Seal every whole day that is not sealed yet, up to and with `until` (yesterday); how many.

    A day without postings is sealed, too, so that no day can be left out unseen. The first seal
    holds everything before it. Repeating it changes nothing.
    """
    over = clock.business_day(clock.now()) - timedelta(days=1)
    last_day = over if until is None else min(until, over)
    sealed = 0
    while sealed < most and _seal_next(last_day):
        sealed += 1
    return sealed


@transaction.atomic
def _seal_next(last_day: date) -> bool:
    first_row("select pg_advisory_xact_lock(%s)", _LOCK)
    last = last_seal()
    day = last.day + timedelta(days=1) if last is not None else _first_day(last_day)
    if day is None or day > last_day:
        return False
    ends_at = clock.start_of_day(day + timedelta(days=1))
    # One that was taken stays true, and a later look may not reach as far: a day would be sealed twice.
    horizon = max(horizon_now(), 0 if last is None else last.horizon)
    window = (
        LedgerWindow(horizon, ends_at)
        if last is None
        else LedgerWindow(horizon, ends_at, last.horizon, last.ends_at)
    )
    leaves, root = merkle.root_of(map(merkle.leaf_hash, journal(window)))
    previous = bytes(last.hash) if last is not None else _FIRST
    seal = JournalSeal.objects.create(
        day=day,
        ends_at=ends_at,
        horizon=horizon,
        leaves=leaves,
        root=root,
        previous=previous,
        hash=merkle.seal_hash(
            day=day, horizon=horizon, leaves=leaves, root=root, previous=previous
        ),
        sealed_at=clock.now(),
    )
    audit.record(
        verb="seal_days", subject=f"settlement.journalseal:{seal.pk}", hash=bytes(seal.hash).hex()
    )
    return True


def _first_day(last_day: date) -> date | None:
    """The day of the first posting, or the last day when that is earlier; none without postings."""
    (first,) = first_row("select min(at) from loyalty_transfer")
    return None if first is None else min(clock.business_day(first), last_day)

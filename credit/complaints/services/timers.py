"""What time brings to cases: breaches, reminders and the acts of the timers; calendars that changed."""

import logging

from django.db import transaction
from django.db.models import Q, QuerySet

from credit.complaints.case_posting.outcomes import report_outcome
from credit.complaints.case_posting.work import CaseWork, open_case
from credit.complaints.machine.apply import ActApplied
from credit.complaints.machine.timers import recalculated
from credit.complaints.machine.words import CaseState
from credit.complaints.models import CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from credit.complaints.queries.facts import clock_facts
from credit.complaints.queries.timekeeping import tabled_calendar, timekeeping
from district.kernel import attempts, clock

logger = logging.getLogger("district.complaints")

_CHUNK = 50
_RUNNING = [*OPEN_NAMES, str(CaseState.RECEIVED)]


def run_timers(*, limit: int = 2_000) -> int:
    """Do what is due on cases, each in a transaction of its own; how many were looked at.

    Safe to run twice and side by side. Each act happens once, at the instant at which it was due, however late
    this runs. A case on which it fails is tried again later and set aside in the end, and stops no other one.
    """
    return attempts.work_off(_due(), _look_at, limit=limit, chunk=_CHUNK)


def _due() -> QuerySet[CaseFile]:
    """Cases on which a clock ends or a reminder is due, and those reckoned by an older calendar: by it nobody loses
    time, also of what may still be done to a closed case."""
    version, now = tabled_calendar(fresh=True).version, clock.now()
    has_time = Q(state__in=_RUNNING) | Q(windows_until__gt=now)
    return CaseFile.objects.filter(
        Q(next_look_at__lte=now) | has_time & ~Q(calendar_version=version)
    )


def _look_at(row: CaseFile) -> None:
    try:
        with transaction.atomic():
            work = open_case(row.pk, timekeeping())
            _bring_up_to_date(work)
            for name in attempts.begin_anew(work.file):
                setattr(row, name, getattr(work.file, name))
            work.file.save(
                update_fields=["attempts", "last_error", "set_aside_at", "next_attempt_at"]
            )
    except Exception as error:
        # A bug that one case meets must not stop the clocks of all others.
        logger.exception("timers of a case failed", extra={"case": row.pk})
        attempts.record_failure(row, error)
        row.save(update_fields=["last_error", "set_aside_at"])


def _bring_up_to_date(work: CaseWork) -> None:
    now = clock.now()
    facts = clock_facts(work.file)
    work.run_clocks(now, facts)
    version = work.timekeeping.calendar.version
    if work.file.calendar_version != version:
        at = max(now, work.case.last_at or now)
        result = recalculated(work.case, at, facts, work.timekeeping)
        if isinstance(result, ActApplied):
            work.case = result.case
            work.written.append((result.event, result.case, None))
    work.save(now)
    if work.file.calendar_version != version:
        work.file.calendar_version = version
        work.file.save(update_fields=["calendar_version"])
    report_outcome(work)

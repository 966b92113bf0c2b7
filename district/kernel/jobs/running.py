"""Taking jobs up, working on them for some seconds, and leaving them to whoever comes next."""

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import TypeVar

from django.db import IntegrityError, InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet

from district.kernel import attempts, clock
from district.kernel.errors import DomainError
from district.kernel.jobs.model import Job

# One task works so long and then ends, so that others may run.
SLICE_SECONDS = 10.0
# A worker without a sign of life for so long counts as dead.
LEASE = timedelta(seconds=30)
_HEARTBEAT_SECONDS = 5.0
_PAUSE_SECONDS = 0.5
logger = logging.getLogger("district.jobs")

J = TypeVar("J", bound=Job)
# Works on a job, and yields after each step that stands by itself. A round may leave rows unanswered;
# another one comes back to them. Raises LeaseLost.
Steps = Callable[[J], Iterator[None]]


class LeaseLost(Exception):
    """Somebody else works on the job now, or it was stopped."""


def run_jobs(waiting: QuerySet[J], steps: Steps[J], *, seconds: float = SLICE_SECONDS) -> bool:
    """Work for so many seconds on jobs that are due, who waited longest first; whether some are left.

    Safe beside itself: a job belongs to one worker at a time, and when that one dies to another, half
    a minute later. One that fails is tried again as late, and after some attempts without a step set
    aside for a person.
    """
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        job = _claim(waiting)
        if job is None:
            return False
        if job.set_aside_at is not None:
            continue
        try:
            if _work(job, steps, until):
                return True
        except (InterfaceError, OperationalError):
            raise
        except Exception as error:
            # A mistake of ours in one job must not hold up the others.
            logger.exception("job failed", extra={"table": job._meta.db_table, "job": job.pk})
            _leased(job).update(last_error=type(error).__name__)
    return True


def run_job(job: J, steps: Steps[J], *, seconds: float = SLICE_SECONDS) -> bool:
    """Work on this job at once, whoever has it now loses it; whether it is still at work afterwards."""
    with transaction.atomic():
        row = type(job)._default_manager.select_for_update(no_key=True).get(pk=job.pk)
        if row.is_at_work:
            _start(row)
    if row.is_at_work:
        _work(row, steps, time.monotonic() + seconds)
        row.refresh_from_db()
    return row.is_at_work


def lock_job(job: J, *related: str) -> J:
    """The job's row until the transaction ends, for the worker that has it: no stop returns meanwhile.

    Raises LeaseLost.
    """
    rows = _leased(job).select_for_update(no_key=True, of=("self",))
    row = (rows.select_related(*related) if related else rows).first()
    if row is None:
        raise LeaseLost
    return row


@transaction.atomic
def stop_job(job: J, refusal: type[DomainError]) -> J:
    """Answer nothing more; what was answered stays. When this returns nothing of the job follows.

    Raises the refusal, with the state's text, when it has ended.
    """
    row = type(job)._default_manager.select_for_update(no_key=True).get(pk=job.pk)
    if not row.is_open:
        raise refusal(state=row.get_state_display())  # type: ignore[attr-defined]  # its state has choices
    row.state, row.ended_at = row.STOPPED, clock.now()
    row.save(update_fields=["state", "ended_at"])
    return row


def _claim(waiting: QuerySet[J]) -> J | None:
    try:
        with transaction.atomic():
            job = attempts.claim_next(
                waiting, order=("next_attempt_at", "pk"), delay=lambda _attempts: LEASE
            )
            if job is not None and job.set_aside_at is None:
                _start(job)
            return job
    except IntegrityError:
        # Of jobs that exclude each other another worker took up another one at the same moment.
        return None


def _start(job: Job) -> None:
    job.state, job.lease = job.RUNNING, secrets.token_hex(8)
    job.started_at = job.started_at or clock.now()
    job.next_attempt_at = clock.real_now() + LEASE
    job.save(update_fields=["state", "lease", "started_at", "next_attempt_at"])  # type: ignore[misc]  # every job declares it


def _work(job: J, steps: Steps[J], until: float) -> bool:
    """Work until the time is up; whether something is left to do at once."""
    while True:
        try:
            return _slice(job, steps, until)
        except LeaseLost:
            return False
        except (InterfaceError, OperationalError):
            # The database restarts, or two of its transactions stood in each other's way.
            if connection.in_atomic_block or time.monotonic() + _PAUSE_SECONDS >= until:
                raise
            connection.close()
            time.sleep(_PAUSE_SECONDS)


def _slice(job: J, steps: Steps[J], until: float) -> bool:
    renewed_at = time.monotonic()
    for _step in steps(job):
        now = time.monotonic()
        if now >= until:
            _renew(job, timedelta())
            return True
        if now - renewed_at >= _HEARTBEAT_SECONDS:
            _renew(job, LEASE)
            renewed_at = now
    return not _finish(job)


def _renew(job: Job, lease: timedelta) -> None:
    """Keep the job so long, nothing for leaving it to whoever comes next. Raises LeaseLost."""
    changed = _leased(job).update(
        next_attempt_at=clock.real_now() + lease, attempts=0, last_error=""
    )
    if not changed:
        raise LeaseLost


@transaction.atomic
def _finish(job: Job) -> bool:
    """Whether every row is answered, and the job done. Raises LeaseLost."""
    row = lock_job(job)
    if row.answered < row.row_count:
        _renew(job, timedelta())
        return False
    row.state, row.ended_at, row.attempts, row.last_error = row.DONE, clock.now(), 0, ""
    row.save(update_fields=["state", "ended_at", "attempts", "last_error"])  # type: ignore[misc]  # every job declares it
    return True


def _leased(job: J) -> QuerySet[J]:
    rows = type(job)._default_manager.filter(pk=job.pk, lease=job.lease)
    return rows.filter(state=job.RUNNING)

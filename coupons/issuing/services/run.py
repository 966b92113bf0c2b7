"""Working on jobs: each line is one transaction, so a worker may die at any moment."""

import time

from django.db import connection, transaction
from django.db.models import F

from coupons.errors import ClaimBusy
from coupons.issuing.job_limits import CHUNK, LEASE, SLICE_SECONDS
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.queries import MEMBER_CLOSED
from coupons.models import Coupon
from coupons.services import issue_coupon
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key

State, Outcome = IssueJob.State, IssueRow.Outcome
# Who waited longest comes first, so that a long job does not hold up the short ones.
_CLAIM = """
    update issuing_issuejob set leased_until = %s where id = (
        select id from issuing_issuejob
        where state in ('open', 'running') and (leased_until is null or leased_until <= %s)
        order by leased_until nulls first, id limit 1 for no key update skip locked)
    returning id
"""


def run_issue_jobs(*, seconds: float = SLICE_SECONDS) -> bool:
    """Work on what waits for so many seconds; whether something may be left to do."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        job = _claim()
        if job is None:
            return False
        if run_issue_job(job=job, seconds=left):
            return True
    return True


def run_issue_job(*, job: IssueJob, seconds: float = SLICE_SECONDS) -> bool:
    """Issue a job's waiting lines in their order for so many seconds; whether some are left.

    Safe beside itself and after a kill: a line is answered in the transaction that made its coupon, and
    the coupon's key is the line's. What cannot be issued is refused with its code; a line that found all
    stock locked by others waits for the next round.
    """
    until, line = time.monotonic() + seconds, 0
    mine = IssueJob.objects.filter(pk=job.pk)
    mine.filter(state=State.OPEN).update(state=State.RUNNING, started_at=clock.now())
    while time.monotonic() < until:
        waiting = IssueRow.objects.filter(job=job.pk, outcome=Outcome.WAITING, line__gt=line)
        rows = list(waiting.order_by("line").values_list("pk", "line")[:CHUNK])
        if not rows:
            break
        mine.update(leased_until=clock.real_now() + LEASE)
        for pk, line in rows:  # noqa: B007 - the next chunk goes on behind it
            if not _answer(job.pk, pk):
                return False
            if time.monotonic() >= until:
                break
    mine.update(leased_until=clock.real_now())
    return not _finish(job.pk)


def _claim() -> IssueJob | None:
    now = clock.real_now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now + LEASE, now])
        row = cursor.fetchone()
    return IssueJob.objects.get(pk=row[0]) if row else None


@transaction.atomic
def _answer(job: int, pk: int) -> bool:
    """Issue one line or refuse it; false when the job was stopped."""
    # Held until the commit: a stop that returned has no coupon coming after it.
    locked = IssueJob.objects.select_for_update(no_key=True, of=("self",))
    held = locked.select_related("version").get(pk=job)
    if held.state != State.RUNNING:
        return False
    row = IssueRow.objects.select_related("member").get(pk=pk)
    if row.outcome != Outcome.WAITING:
        return True
    try:
        coupon, code = _issued(held, row)
    except ClaimBusy:
        return True
    if coupon is None:
        IssueRow.objects.filter(pk=pk).update(outcome=Outcome.REFUSED, code=code)
        IssueJob.objects.filter(pk=job).update(refused=F("refused") + 1)
    else:
        IssueRow.objects.filter(pk=pk).update(outcome=Outcome.ISSUED, coupon=coupon)
        IssueJob.objects.filter(pk=job).update(issued=F("issued") + 1)
    return True


def _issued(job: IssueJob, row: IssueRow) -> tuple[Coupon | None, str]:
    """The coupon, or the code the line is refused with. Raises ClaimBusy."""
    assert row.member is not None
    if row.member.closed_at is not None:
        return None, MEMBER_CLOSED
    try:
        with transaction.atomic():
            coupon = issue_coupon(
                version=job.version,
                member=row.member,
                source=Coupon.Source.ISSUE,
                key=Key.of("issue job", f"{job.pk}:{row.line}"),
                limited=False,
            )
    except ClaimBusy:
        raise
    except DomainError as refusal:
        return None, refusal.code
    return coupon, ""


@transaction.atomic
def _finish(job: int) -> bool:
    """Whether nothing is left to do; a job that ran to its end is done."""
    held = IssueJob.objects.select_for_update(no_key=True).get(pk=job)
    if held.state == State.RUNNING and held.answered == held.total:
        IssueJob.objects.filter(pk=job).update(state=State.DONE, ended_at=clock.now())
        return True
    return held.state not in (State.OPEN, State.RUNNING)

"""Working on jobs: each line is one transaction, so a worker may die at any moment."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import F

from coupons.errors import ClaimBusy
from coupons.issuing.job_limits import CHUNK
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.queries import MEMBER_CLOSED
from coupons.models import Coupon
from coupons.services import issue_coupon
from district.kernel import jobs
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key

Outcome = IssueRow.Outcome


def run_issue_jobs(*, seconds: float = jobs.SLICE_SECONDS) -> bool:
    """Work on what waits for so many seconds; whether something may be left to do."""
    return jobs.run_jobs(IssueJob.waiting(), _steps, seconds=seconds)


def run_issue_job(*, job: IssueJob, seconds: float = jobs.SLICE_SECONDS) -> bool:
    """Issue a job's waiting lines at once for so many seconds; whether some are left.

    Safe beside itself and after a kill: a line is answered in the transaction that made its coupon, and
    the coupon's key is the line's.
    """
    return jobs.run_job(job, _steps, seconds=seconds)


def _steps(job: IssueJob) -> Iterator[None]:
    """The waiting lines in their order. One that found all stock locked by others waits for the next round."""
    line = 0
    while True:
        waiting = IssueRow.objects.filter(job=job, outcome=Outcome.WAITING, line__gt=line)
        rows = list(waiting.order_by("line").values_list("pk", "line")[:CHUNK])
        if not rows:
            return
        for pk, line in rows:  # noqa: B007 - the next chunk goes on behind it
            _answer(job, pk)
            yield


@transaction.atomic
def _answer(job: IssueJob, pk: int) -> None:
    """Issue one line or refuse it. Raises LeaseLost."""
    held = jobs.lock_job(job, "version")
    row = IssueRow.objects.select_related("member").get(pk=pk)
    if row.outcome != Outcome.WAITING:
        return
    try:
        coupon, code = _issued(held, row)
    except ClaimBusy:
        return
    if coupon is None:
        IssueRow.objects.filter(pk=pk).update(outcome=Outcome.REFUSED, code=code)
        IssueJob.objects.filter(pk=job.pk).update(refused=F("refused") + 1)
    else:
        IssueRow.objects.filter(pk=pk).update(outcome=Outcome.ISSUED, coupon=coupon)
        IssueJob.objects.filter(pk=job.pk).update(issued=F("issued") + 1)


def _issued(job: IssueJob, row: IssueRow) -> tuple[int | None, str]:
    """The coupon's number, or the code the line is refused with. Raises ClaimBusy."""
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
    return coupon.pk, ""

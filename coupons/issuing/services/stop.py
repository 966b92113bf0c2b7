"""Stopping a job before its end."""

from django.db import transaction

from coupons.issuing.errors import IssueJobEnded
from coupons.issuing.models import IssueJob
from coupons.issuing.permissions import require_may_issue
from district.kernel import audit, jobs
from district.members.models import User


@transaction.atomic
def stop_issue_job(*, job: IssueJob, by: User) -> IssueJob:
    """Issue nothing more of a job; what was issued stays. When this returns no coupon follows.

    Raises IssueJobEnded, IssueNotYours.
    """
    require_may_issue(job.version, by)
    held = jobs.stop_job(job, IssueJobEnded)
    audit.record(
        verb="stop_issue_job",
        subject=f"issuing.issuejob:{job.pk}",
        by=by,
        issued=held.issued,
        left=held.total - held.answered,
    )
    return held

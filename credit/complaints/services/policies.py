"""The terms of complaints: published ahead, withdrawn while nobody is bound by them."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from credit.complaints.errors import (
    PolicyDocumentInvalid,
    PolicyInForce,
    PolicyStartTaken,
    PolicyStartTooEarly,
)
from credit.complaints.machine.policy import ClockPolicy, policy_problems
from credit.complaints.models import ComplaintPolicy
from district.kernel import audit, clock
from district.members.models import User


@transaction.atomic
def publish_policy(*, document: Mapping[str, Any], reason: str, by: User) -> ComplaintPolicy:
    """Terms that hold from a day to come on; cases already filed keep the clocks they have.

    Raises PolicyDocumentInvalid, PolicyStartTaken, PolicyStartTooEarly.
    """
    faults = [f"{problem.path} {problem.code}" for problem in policy_problems(document)]
    if faults:
        raise PolicyDocumentInvalid(faults="；".join(faults))
    policy = ClockPolicy.of(document)
    if policy.effective_from <= clock.business_day(clock.now()):
        raise PolicyStartTooEarly
    taken = ComplaintPolicy.objects.filter(version=policy.version) | ComplaintPolicy.objects.filter(
        effective_from=policy.effective_from
    )
    if taken.exists():
        raise PolicyStartTaken
    row = ComplaintPolicy.objects.create(
        version=policy.version,
        effective_from=policy.effective_from,
        document=dict(document),
        reason=reason,
        published_by=by,
        published_at=clock.now(),
    )
    audit.record(
        by=by,
        verb="publish_complaint_policy",
        subject=f"complaints.complaintpolicy:{row.pk}",
        version=row.version,
    )
    return row


@transaction.atomic
def withdraw_policy(*, policy: ComplaintPolicy, by: User) -> None:
    """Terms that nobody is bound by yet go. Raises PolicyInForce."""
    today = clock.business_day(clock.now())
    if policy.effective_from <= today:
        raise PolicyInForce
    audit.record(
        by=by,
        verb="withdraw_complaint_policy",
        subject=f"complaints.complaintpolicy:{policy.pk}",
        version=policy.version,
    )
    policy.delete()

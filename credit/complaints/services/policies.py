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
from district.kernel.database.postgres import translate_database_errors
from district.kernel.errors import NotFound
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User


@transaction.atomic
def publish_policy(
    *, document: Mapping[str, Any], reason: str, by: User, key: Key
) -> ComplaintPolicy:
    """Terms that hold from a day to come on, once for a key; cases already filed keep the clocks they have.

    Raises KeyReused, NotFound (what this key published was withdrawn since), PolicyDocumentInvalid, PolicyStartTaken,
    PolicyStartTooEarly.
    """
    if (earlier := claim_key(key)) is not None:
        published = ComplaintPolicy.objects.filter(pk=earlier).first()
        if published is None:
            raise NotFound
        return published
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
    with translate_database_errors():
        row = ComplaintPolicy.objects.create(
            version=policy.version,
            effective_from=policy.effective_from,
            document=dict(document),
            reason=reason,
            published_by=by,
            published_at=clock.now(),
        )
    store_result(key, row.pk)
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

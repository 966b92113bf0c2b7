"""The terms of complaints: proposed by one person, approved by another one ahead of their day, withdrawn before it."""

from collections.abc import Mapping
from datetime import date
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
from credit.complaints.queries.policies import announced_policies
from district.kernel import audit, clock, four_eyes
from district.kernel.database.postgres import translate_database_errors
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User

State = ComplaintPolicy.State


@transaction.atomic
def propose_policy(
    *, document: Mapping[str, Any], reason: str, by: User, key: Key
) -> ComplaintPolicy:
    """Terms that shall hold from a day to come on, once for a key; nothing changes yet.

    Raises KeyReused, PolicyDocumentInvalid, PolicyStartTaken (the day or the version), PolicyStartTooEarly.
    """
    if (earlier := claim_key(key)) is not None:
        return ComplaintPolicy.objects.get(pk=earlier)
    faults = [f"{problem.path} {problem.code}" for problem in policy_problems(document)]
    if faults:
        raise PolicyDocumentInvalid(faults="；".join(faults))
    policy = ClockPolicy.of(document)
    _require_start(policy.effective_from)
    with translate_database_errors():
        row = ComplaintPolicy.objects.create(
            version=policy.version,
            effective_from=policy.effective_from,
            document=dict(document),
            reason=reason,
            proposed_by=by,
            proposed_at=clock.now(),
        )
    store_result(key, row.pk)
    _record("propose_complaint_policy", row, by)
    return row


def approve_policy(*, proposal: ComplaintPolicy, by: User, note: str = "") -> ComplaintPolicy:
    """Another person agrees, and it is announced: it holds from its day on, for clocks that start then.

    Raises FourEyesNeeded, PolicyStartTaken, PolicyStartTooEarly (it waited too long; reject it), ProposalDecided.
    """
    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="complaint_policy",
        apply=lambda row: _require_start(row.effective_from),
        repeatable=True,
        version=proposal.version,
    )


def reject_policy(*, proposal: ComplaintPolicy, by: User, note: str = "") -> ComplaintPolicy:
    """Another person does not agree. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="complaint_policy", repeatable=True
    )


@transaction.atomic
def withdraw_policy(*, policy: ComplaintPolicy, reason: str, by: User) -> ComplaintPolicy:
    """What was announced does not begin; withdrawn already, it stays so. Raises PolicyInForce."""
    row = ComplaintPolicy.objects.select_for_update(no_key=True).get(pk=policy.pk)
    if row.withdrawn_at is not None:
        return row
    at = clock.now()
    if row.state != State.APPROVED or row.effective_from <= clock.business_day(at):
        raise PolicyInForce
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_for = at, by, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_for"])
    _record("withdraw_complaint_policy", row, by, reason=reason)
    return row


def _require_start(effective_from: date) -> None:
    """Raises PolicyStartTaken, PolicyStartTooEarly."""
    if effective_from <= clock.business_day(clock.now()):
        raise PolicyStartTooEarly
    if announced_policies().filter(effective_from=effective_from).exists():
        raise PolicyStartTaken


def _record(verb: str, row: ComplaintPolicy, by: User, **facts: Any) -> None:
    audit.record(
        by=by,
        verb=verb,
        subject=f"complaints.complaintpolicy:{row.pk}",
        version=row.version,
        **facts,
    )

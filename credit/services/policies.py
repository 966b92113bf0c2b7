"""Policies of the score: tried, proposed, approved with fourteen days' notice, withdrawn before their day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.db import transaction

from credit.errors import (
    ScorePolicyBegun,
    ScorePolicyDocumentInvalid,
    ScorePolicyNameTaken,
    ScorePolicyStartTaken,
    ScorePolicyTooSoon,
)
from credit.models import PolicyShadowRun, ScorePolicyVersion
from credit.procedures import lock_score_policies
from credit.queries.policies import announced_policies, policy_of_document
from credit.queries.policy_shadow import policy_problems, try_policy
from credit.score.policy import ScorePolicy
from credit.score.policy_document import (
    ScorePolicyInvalid,
    credit_v1,
    policy_document,
    read_policy,
)
from district.documents.json_text import json_text
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User

NOTICE_DAYS = 14
State = ScorePolicyVersion.State
_FOUR_PLACES = Decimal("0.0001")


@transaction.atomic
def run_policy_shadow(*, document: Mapping[str, Any], by: User, key: Key) -> PolicyShadowRun:
    """What a policy would change among all merchants of now, kept. Raises KeyReused, ScorePolicyDocumentInvalid."""
    if (earlier := claim_key(key)) is not None:
        return PolicyShadowRun.objects.get(pk=earlier)
    policy = _read(document)
    _require_sound(policy)
    trial, at = try_policy(policy), clock.now()
    found = trial.comparison
    run = PolicyShadowRun.objects.create(
        version=policy.version,
        document=json_text(policy_document(policy)),
        sha256=policy.sha256,
        compared_with=trial.compared_with,
        as_of=trial.as_of or clock.business_day(at),
        merchants=found.merchants,
        changed=found.changed,
        changes=[[change.before, change.after, change.merchants] for change in found.changes],
        largest_rise=_decimal(found.largest_rise),
        largest_fall=_decimal(found.largest_fall),
        made_by=by,
        made_at=at,
    )
    store_result(key, run.pk)
    audit.record(
        by=by,
        verb="run_policy_shadow",
        subject=f"credit.policyshadowrun:{run.pk}",
        sha256=policy.sha256,
    )
    return run


@transaction.atomic
def propose_score_policy(
    *, shadow: PolicyShadowRun, effective_on: date, reason: str, by: User, key: Key
) -> ScorePolicyVersion:
    """The policy of a shadow run shall hold from a day on, at least fourteen days from now.

    Raises KeyReused, ScorePolicyDocumentInvalid, ScorePolicyNameTaken, ScorePolicyStartTaken, ScorePolicyTooSoon.
    """
    if (earlier := claim_key(key)) is not None:
        return ScorePolicyVersion.objects.get(pk=earlier)
    lock_score_policies()
    policy, at = policy_of_document(shadow.document), clock.now()
    _require_sound(policy, effective_on)
    taken = ScorePolicyVersion.objects.filter(version=policy.version)
    if policy.version == credit_v1().version or taken.exclude(state=State.REJECTED).exists():
        raise ScorePolicyNameTaken
    _require_start(effective_on, at)
    row = ScorePolicyVersion.objects.create(
        version=policy.version,
        document=shadow.document,
        sha256=shadow.sha256,
        effective_on=effective_on,
        reason=reason,
        shadow=shadow,
        proposed_by=by,
        proposed_at=at,
    )
    store_result(key, row.pk)
    _record("propose_score_policy", row, by)
    return row


@transaction.atomic
def approve_score_policy(
    *, proposal: ScorePolicyVersion, by: User, note: str = ""
) -> ScorePolicyVersion:
    """Another person agrees, and it is announced with its shadow run.

    Raises FourEyesNeeded, ProposalDecided, ScorePolicyDocumentInvalid (another one came between),
    ScorePolicyStartTaken, ScorePolicyTooSoon (it waited too long; reject it).
    """
    lock_score_policies()

    def announce(row: ScorePolicyVersion) -> None:
        _require_sound(policy_of_document(row.document), row.effective_on)
        _require_start(row.effective_on, clock.now())

    return four_eyes.decide(
        proposal,
        approve=True,
        by=by,
        note=note,
        name="score_policy",
        apply=announce,
        repeatable=True,
        sha256=proposal.sha256,
    )


def reject_score_policy(
    *, proposal: ScorePolicyVersion, by: User, note: str = ""
) -> ScorePolicyVersion:
    """Another person does not. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="score_policy", repeatable=True
    )


@transaction.atomic
def withdraw_score_policy(
    *, policy: ScorePolicyVersion, reason: str, by: User
) -> ScorePolicyVersion:
    """What was announced does not begin; withdrawn already, it stays so. Raises ScorePolicyBegun."""
    lock_score_policies()
    row = ScorePolicyVersion.objects.select_for_update(no_key=True).get(pk=policy.pk)
    if row.withdrawn_at is not None:
        return row
    at = clock.now()
    if row.state != State.APPROVED or row.effective_on <= clock.business_day(at):
        raise ScorePolicyBegun
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_for = at, by, reason
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_for"])
    _record("withdraw_score_policy", row, by, reason=reason)
    return row


def _read(document: Mapping[str, Any]) -> ScorePolicy:
    """Raises ScorePolicyDocumentInvalid."""
    try:
        return read_policy(document)
    except ScorePolicyInvalid as invalid:
        raise ScorePolicyDocumentInvalid(faults=str(invalid)) from None


def _require_sound(policy: ScorePolicy, effective_on: date | None = None) -> None:
    """Raises ScorePolicyDocumentInvalid."""
    if problems := policy_problems(policy, effective_on):
        raise ScorePolicyDocumentInvalid(faults="; ".join(map(str, problems)))


def _require_start(effective_on: date, at: datetime) -> None:
    """Raises ScorePolicyStartTaken, ScorePolicyTooSoon."""
    earliest = clock.business_day(at) + timedelta(days=NOTICE_DAYS)
    if effective_on < earliest:
        raise ScorePolicyTooSoon(earliest=earliest.isoformat())
    if announced_policies().filter(effective_on=effective_on).exists():
        raise ScorePolicyStartTaken


def _decimal(points: Fraction) -> Decimal:
    return Decimal(round(points * 10_000)) * _FOUR_PLACES


def _record(verb: str, row: ScorePolicyVersion, by: User, **facts: Any) -> None:
    audit.record(
        by=by,
        verb=verb,
        subject=f"credit.scorepolicyversion:{row.pk}",
        version=row.version,
        **facts,
    )

"""By which policy a day is scored, and what is announced."""

import json
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet

from credit.models import PolicyShadowRun, ScorePolicyVersion
from credit.score.policy import ScorePolicy
from credit.score.policy_document import credit_v1, policy_document, read_policy


def policy_on(day: date) -> ScorePolicy:
    """The policy in force on a Shanghai day: for a day that has begun it never changes any more."""
    rows = announced_policies().filter(effective_on__lte=day).order_by("-effective_on")
    document = rows.values_list("document", flat=True).first()
    return policy_of_document(document)


def policy_of_document(document: str | None) -> ScorePolicy:
    """The policy that a version's text says; without one the first."""
    return credit_v1() if document is None else _read(document)


def announced_policies() -> "QuerySet[ScorePolicyVersion]":
    """Approved and not withdrawn: those of the past, the one in force, and those to come."""
    return ScorePolicyVersion.objects.filter(
        state=ScorePolicyVersion.State.APPROVED, withdrawn_at=None
    )


def policies_by_day() -> list[tuple[date, ScorePolicy]]:
    """All that ever were or will be in force, each with the day on which it begins; the first one began at no day."""
    rows = announced_policies().order_by("effective_on").values_list("effective_on", "document")
    return [(date.min, credit_v1()), *((day, _read(document)) for day, document in rows)]


@lru_cache(maxsize=32)
def _read(document: str) -> ScorePolicy:
    return read_policy(json.loads(document))


@dataclass(frozen=True, slots=True)
class PublishedPolicy:
    """A policy as it is published; the first one has no day and no shadow run."""

    version: str
    sha256: str
    effective_on: date | None
    reason: str
    document: dict[str, Any]
    shadow: PolicyShadowRun | None


def published_policies() -> list[PublishedPolicy]:
    """All that were, are or will be in force, by the day on which they begin."""
    first = credit_v1()
    rows = announced_policies().select_related("shadow").order_by("effective_on")
    return [
        PublishedPolicy(first.version, first.sha256, None, "", policy_document(first), None),
        *(
            PublishedPolicy(
                row.version,
                row.sha256,
                row.effective_on,
                row.reason,
                json.loads(row.document),
                row.shadow,
            )
            for row in rows
        ),
    ]

"""Complaints as the score counts them."""

from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import CaseOutcomeVersion, FactCorrection


def known_versions(at: datetime) -> "QuerySet[CaseOutcomeVersion]":
    """Of each case the highest version recorded by the instant, whether it counts or not.

    A case that moved to another merchant is only that one's.
    """
    recorded = CaseOutcomeVersion.objects.filter(recorded_at__lte=at)
    later = recorded.filter(case=OuterRef("case"), version__gt=OuterRef("version"))
    return recorded.exclude(Exists(later))


def counted_cases(
    at: datetime, corrected_at: datetime | None = None
) -> "QuerySet[CaseOutcomeVersion]":
    """Those of them that have an outcome, and that no correction upheld by `corrected_at` (else `at`) voided."""
    voided = FactCorrection.objects.filter(
        case=OuterRef("case"),
        state=FactCorrection.State.APPROVED,
        decided_at__lte=corrected_at or at,
    )
    return known_versions(at).filter(uncounted_reason="").exclude(Exists(voided))

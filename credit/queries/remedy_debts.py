"""Debts for complaints that somebody else paid, as they were known at an instant."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef

from credit.models import RemedyDebtVersion


@dataclass(frozen=True, slots=True)
class KnownDebts:
    """Merchants that owe something, and cases for which there were debts and none is owed any more."""

    owing_merchants: frozenset[int]
    settled_cases: frozenset[str]


def remedy_debts(merchants: Collection[int], at: datetime) -> KnownDebts:
    """What was known at an instant of the debts of these merchants."""
    recorded = RemedyDebtVersion.objects.filter(merchant__in=merchants, recorded_at__lte=at)
    later = recorded.filter(reference=OuterRef("reference"), version__gt=OuterRef("version"))
    rows = list(recorded.exclude(Exists(later)))
    owing_cases = {row.case for row in rows if row.is_owed}
    return KnownDebts(
        frozenset(row.merchant_id for row in rows if row.is_owed),
        frozenset(row.case for row in rows) - owing_cases,
    )

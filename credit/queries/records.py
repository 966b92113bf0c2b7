"""Records as they are known at an instant."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from credit.models import CreditRecord, FactCorrection, RecordVersion


def latest_version(record: CreditRecord) -> RecordVersion:
    return record.versions.order_by("-number")[0]


def known_records(
    merchants: Collection[int], at: datetime, corrected_at: datetime | None = None
) -> "QuerySet[RecordVersion]":
    """Of each record the version known at the instant, but for those that a correction upheld by `corrected_at`
    (else `at`) voided."""
    rows = RecordVersion.objects.filter(record__merchant__in=merchants, recorded_at__lte=at)
    later = RecordVersion.objects.filter(
        recorded_at__lte=at, record=OuterRef("record"), number__gt=OuterRef("number")
    )
    voided = FactCorrection.objects.filter(
        record=OuterRef("record"),
        state=FactCorrection.State.APPROVED,
        decided_at__lte=corrected_at or at,
    )
    rows = rows.select_related("record").exclude(Exists(later)).exclude(Exists(voided))
    return rows.order_by("record__merchant", "determined_on", "record")


def displayed_records(merchant: int, at: datetime) -> "QuerySet[RecordVersion]":
    """Those of them that still count and may be shown."""
    return known_records([merchant], at).filter(state=RecordVersion.State.DISPLAYED)

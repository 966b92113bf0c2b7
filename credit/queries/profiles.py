"""What is known of a merchant's profile, promises and inspections at an instant."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from credit.models import (
    FactCorrection,
    Inspection,
    Licence,
    ProfileEntry,
    PromiseAdoption,
)
from credit.values import LicenceStatus


@dataclass(frozen=True, slots=True)
class LicenceFacts:
    status: LicenceStatus
    licence: Licence | None


def known_licences(merchants: Collection[int], at: datetime) -> "QuerySet[Licence]":
    """Of each merchant the licence that was verified last."""
    rows = Licence.objects.filter(merchant__in=merchants, verified_at__lte=at)
    return rows.order_by("merchant", "-verified_at", "-pk").distinct("merchant")


def profile_entries(merchants: Collection[int], at: datetime) -> "QuerySet[ProfileEntry]":
    """Of each merchant and item the latest entry; only those that say something count."""
    rows = ProfileEntry.objects.filter(merchant__in=merchants, noted_at__lte=at)
    return rows.order_by("merchant", "item", "-noted_at", "-pk").distinct("merchant", "item")


def promises_of(merchant: int, at: datetime) -> "QuerySet[PromiseAdoption]":
    """What the merchant promises at the instant."""
    rows = PromiseAdoption.objects.filter(merchant=merchant, joined_at__lte=at)
    return rows.filter(Q(left_at=None) | Q(left_at__gt=at)).select_related("promise").order_by("pk")


def known_inspections(
    merchants: Collection[int], at: datetime, corrected_at: datetime | None = None
) -> "QuerySet[Inspection]":
    """Inspections that were known, without those that a correction upheld by `corrected_at` (else `at`) voided."""
    voided = FactCorrection.objects.filter(
        inspection=OuterRef("pk"),
        state=FactCorrection.State.APPROVED,
        decided_at__lte=corrected_at or at,
    )
    rows = Inspection.objects.filter(merchant__in=merchants, recorded_at__lte=at)
    return rows.exclude(Exists(voided))


def licence_facts(licence: Licence | None, day: date) -> LicenceFacts:
    """What a licence is worth on a Shanghai day."""
    if licence is None:
        return LicenceFacts(LicenceStatus.UNVERIFIED, None)
    if licence.valid_until is not None and licence.valid_until < day:
        return LicenceFacts(LicenceStatus.EXPIRED, licence)
    if licence.valid_from > day:
        return LicenceFacts(LicenceStatus.NOT_YET_VALID, licence)
    return LicenceFacts(LicenceStatus.VALID, licence)

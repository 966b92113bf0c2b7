"""Stories of cases that anybody may read."""

from django.db.models import F, QuerySet

from credit.complaints.models import CaseEventRow, CaseFile, CaseStory
from credit.complaints.queries.walk_ins import shopper_name


def public_stories() -> "QuerySet[CaseStory]":
    """Published, agreed to, and of a case that is still closed by the end it is about."""
    rows = CaseStory.objects.filter(
        published_at__isnull=False, revoked_at=None, case__closed_at=F("closed_at")
    )
    return rows.select_related("case")


def names_to_remove(case: CaseFile) -> list[str]:
    """Of the shopper, the merchant, the store and everybody who acted."""
    people = CaseEventRow.objects.filter(case=case, by__isnull=False).exclude(by__name="")
    return [
        shopper_name(case),
        case.store.name,
        case.merchant.name,
        case.merchant.legal_name,
        *people.values_list("by__name", flat=True).distinct(),
    ]

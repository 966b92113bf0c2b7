"""Rounds of inspections and what they found."""

from datetime import date

from django.db import transaction

from credit.errors import InspectionInvalid, InspectionRecorded
from credit.models import Inspection, InspectionRound
from credit.models.inspections import MOST_CHECKS
from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Store


@transaction.atomic
def open_round(*, name: str, started_on: date, by: User | None) -> InspectionRound:
    """A round by its name; there already, it stays as it is."""
    row, is_new = InspectionRound.objects.get_or_create(
        name=name, defaults={"started_on": started_on}
    )
    if is_new:
        audit.record(
            by=by, verb="open_inspection_round", subject=f"credit.inspectionround:{row.pk}"
        )
    return row


@transaction.atomic
def record_inspection(
    *,
    round: InspectionRound,
    store: Store,
    inspected_on: date,
    passed: int,
    failed: int,
    note: str = "",
    by: User | None,
    key: Key,
) -> Inspection:
    """What was found at a store in a round, once. Raises InspectionInvalid, InspectionRecorded, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return Inspection.objects.get(pk=earlier)
    at = clock.now()
    bounds = range(MOST_CHECKS + 1)
    is_possible = passed in bounds and failed in bounds and passed + failed
    if not is_possible or inspected_on > clock.business_day(at):
        raise InspectionInvalid(most=MOST_CHECKS)
    row, is_new = Inspection.objects.get_or_create(
        round=round,
        store=store,
        defaults={
            "merchant_id": store.merchant_id,
            "inspected_on": inspected_on,
            "passed": passed,
            "failed": failed,
            "note": note,
            "inspected_by": by,
            "recorded_at": at,
        },
    )
    if not is_new:
        raise InspectionRecorded
    store_result(key, row.pk)
    audit.record(
        by=by,
        verb="record_inspection",
        subject=f"credit.inspection:{row.pk}",
        passed=passed,
        failed=failed,
    )
    return row

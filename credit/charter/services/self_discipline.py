"""Merchants report what they put right by themselves; somebody of the district looks at it."""

from datetime import date

from django.db import transaction

from credit.charter.errors import SelfDisciplineOfTheFuture
from credit.charter.models import SelfDisciplineRecord
from district.kernel import audit, clock, four_eyes
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant


@transaction.atomic
def report_self_discipline(
    *, merchant: Merchant, found_on: date, matter: str, correction: str, by: User, key: Key
) -> SelfDisciplineRecord:
    """What was wrong and how it was put right; it waits for a review. Raises KeyReused, SelfDisciplineOfTheFuture."""
    if (earlier := claim_key(key)) is not None:
        return SelfDisciplineRecord.objects.get(pk=earlier)
    at = clock.now()
    if found_on > clock.business_day(at):
        raise SelfDisciplineOfTheFuture
    row = SelfDisciplineRecord.objects.create(
        merchant=merchant,
        found_on=found_on,
        matter=matter,
        correction=correction,
        proposed_by=by,
        proposed_at=at,
    )
    store_result(key, row.pk)
    audit.record(
        by=by, verb="report_self_discipline", subject=f"charter.selfdisciplinerecord:{row.pk}"
    )
    return row


def approve_self_discipline(
    *, proposal: SelfDisciplineRecord, by: User, note: str = ""
) -> SelfDisciplineRecord:
    """It is so, and is public. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=True, by=by, note=note, name="self_discipline", repeatable=True
    )


def reject_self_discipline(
    *, proposal: SelfDisciplineRecord, by: User, note: str = ""
) -> SelfDisciplineRecord:
    """It is not. Raises FourEyesNeeded, ProposalDecided."""
    return four_eyes.decide(
        proposal, approve=False, by=by, note=note, name="self_discipline", repeatable=True
    )

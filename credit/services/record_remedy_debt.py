"""What a fund that paid in a merchant's place tells the score: the merchant owes it, or has paid it back."""

from datetime import datetime

from credit.errors import CaseVersionReused
from credit.models import RemedyDebtVersion


def record_remedy_debt(
    *, reference: str, version: int, case: str, merchant: int, is_owed: bool, at: datetime
) -> RemedyDebtVersion:
    """Keep from `at` on whether a debt (its public id) for a complaint (its public id) is owed; `version` counts from 1.

    Written in the caller's transaction. The same version again is the same row.

    Raises CaseVersionReused (other facts).
    """
    terms = {"case": case, "merchant_id": merchant, "is_owed": is_owed}
    row, is_new = RemedyDebtVersion.objects.get_or_create(
        reference=reference, version=version, defaults=terms | {"recorded_at": at}
    )
    if not is_new and any(getattr(row, name) != value for name, value in terms.items()):
        raise CaseVersionReused
    return row

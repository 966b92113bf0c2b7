"""Two members who are one person: the cases of one are the other's."""

from django.db import transaction

from credit.complaints import procedures
from credit.complaints.models import AbuseLabel, CaseFile


@transaction.atomic
def move_cases(*, source: int, into: int) -> int:
    """Cases and labels of a member who was merged are the other one's; how many cases. Again: none are left.

    They take no place among the three that the other one may file.
    """
    for member in sorted({source, into}):
        procedures.lock_shopper(member)
    AbuseLabel.objects.filter(member=source).update(member=into)
    return CaseFile.objects.filter(member=source).update(member=into, filing_slot=None)

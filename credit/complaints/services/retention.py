"""Files of evidence go three years after the end of their case; their digests stay."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from credit.complaints.machine.words import CaseState
from credit.complaints.models import CaseEvidence, CaseFile
from credit.evidence.services import erase_files
from credit.evidence.values import ErasureReason
from district.kernel import clock

# Three years, whichever of them has a leap day.
KEPT = timedelta(days=1_096)
_CHUNK = 200
_TIP_OFFS_OVER = (CaseState.CLOSED.value, CaseState.NO_ACTION.value)


def old_evidence() -> QuerySet[CaseEvidence]:
    """Files whose case ended three years ago, and that are not erased."""
    return _files_ended_before(clock.now() - KEPT)


def forget_old_evidence() -> int:
    """Erase them; how many. Can be stopped, repeated and run side by side; a case that is open again keeps its own."""
    count = 0
    while ids := list(old_evidence().values_list("file__public_id", flat=True)[:_CHUNK]):
        count += erase_files(public_ids=ids, reason=ErasureReason.RETENTION)
    return count


def _files_ended_before(before: datetime) -> QuerySet[CaseEvidence]:
    is_over = Q(case__closed_at__lt=before) | Q(
        case__kind=CaseFile.Kind.TIP_OFF,
        case__state__in=_TIP_OFFS_OVER,
        case__last_at__lt=before,
    )
    rows = CaseEvidence.objects.filter(is_over, file__isnull=False, file__erased_at=None)
    return rows.order_by("pk")

"""What the shoppers of merged cases hear of the case that theirs went into."""

from collections.abc import Iterable, Sequence
from typing import Any

from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.events import CaseEvent
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseFile, CaseNotice
from credit.complaints.notices import is_known


def follower_notices(
    file: CaseFile, written: Sequence[tuple[CaseEvent, ComplaintCase, Any]]
) -> Iterable[CaseNotice]:
    """A notice to each follower of whatever both sides of the case hear; no word of what was written."""
    public = [
        event
        for event, case, _by in written
        if is_known(event, case) and event.action is not CaseAction.RECALCULATE
    ]
    if not public:
        return
    for follower in CaseFile.objects.filter(merged_into=file).order_by("pk"):
        for event in public:
            yield CaseNotice(
                case=follower,
                audience=str(CaseActor.SHOPPER),
                key=f"master:{file.pk}:{event.seq}",
                kind=CaseNotice.Kind.EVENT,
                code=str(event.action),
                at=event.at,
            )

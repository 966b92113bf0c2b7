"""Terms that were announced, and what other ones would change."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

from django.db.models import QuerySet

from credit.complaints.machine.policy import DEFAULT_POLICY
from credit.complaints.machine.words import TermName
from credit.complaints.machine.working_days import ClockTerm, WorkdayCalendar, term_end
from credit.complaints.models import ComplaintPolicy
from district.kernel import clock

_FILED_AT = time(9)


def announced_policies() -> "QuerySet[ComplaintPolicy]":
    """Approved and not withdrawn, the earliest day first."""
    rows = ComplaintPolicy.objects.filter(state="approved", withdrawn_at=None)
    return rows.order_by("effective_from")


def policy_document_on(day: date) -> dict[str, Any]:
    """The terms that hold on a day, as a document."""
    rows = announced_policies().filter(effective_from__lte=day)
    document = rows.order_by("-effective_from").values_list("document", flat=True).first()
    return DEFAULT_POLICY if document is None else document


def worked_dates(
    before: dict[str, Any], after: dict[str, Any], day: date, calendar: WorkdayCalendar
) -> Iterator[tuple[TermName, datetime, datetime]]:
    """Where each term ends that begins at nine on a day, by the one policy and by the other, exclusive."""
    begins = datetime.combine(day, _FILED_AT, tzinfo=clock.SHANGHAI)
    for name in TermName:
        ends = [
            term_end(begins, ClockTerm.of(document["terms"][str(name)]), calendar).due_at
            for document in (before, after)
        ]
        yield name, ends[0], ends[1]

"""The queue of cases, and what may be done to each."""

from django.db.models import Exists, F, OuterRef, QuerySet

from credit.complaints.machine.apply import possible_rows
from credit.complaints.machine.case import ComplaintCase
from credit.complaints.machine.transitions import CaseTransition
from credit.complaints.machine.words import CaseAction, CaseActor
from credit.complaints.models import CaseClockRow, CaseFile
from credit.complaints.queries.cases import events_of, machine_case
from credit.complaints.queries.facts import facts_of
from credit.complaints.queries.timekeeping import timekeeping
from district.kernel import clock

# Cases of the nearest deadline first, overdue ones before all; those without one at the end, the newest first.
BY_DEADLINE = (F("next_due_at").asc(nulls_last=True), "-pk")


def case_now(file: CaseFile) -> ComplaintCase:
    """The case as its events tell it; asked once for a row that was read."""
    known: tuple[int, ComplaintCase] | None = getattr(file, "_case_now", None)
    if known is None or known[0] != file.seq:
        known = (file.seq, machine_case(events_of(file)))
        file._case_now = known  # type: ignore[attr-defined]
    return known[1]


def rows_for(
    file: CaseFile, part: CaseActor, action: CaseAction, *, person: str = "nobody"
) -> list[CaseTransition]:
    """The rows of the table that a person may take in a part with an action; without one, that anybody may."""
    case = case_now(file)
    # Whether the merchant is under the charter is asked where it decides, for no other fact a person is needed.
    facts = facts_of(file, part, action, None)
    rows = possible_rows(
        case, part, at=clock.now(), facts=facts, timekeeping=timekeeping(), person=person
    )
    return [row for row in rows if row.action is action]


def with_running_clock(rows: QuerySet[CaseFile], name: str) -> QuerySet[CaseFile]:
    """Cases on which a clock of this name runs or waits."""
    running = CaseClockRow.objects.filter(case=OuterRef("pk"), name=name, stopped_at=None)
    return rows.filter(Exists(running))

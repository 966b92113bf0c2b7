"""Whether what is stored of cases is what their sealed events say."""

from itertools import groupby

from credit.complaints.machine.events import chain_problem
from credit.complaints.models import CaseEventRow, CaseFile
from credit.complaints.queries.cases import machine_case, machine_event


def broken_cases() -> tuple[int, list[str]]:
    """How many cases were checked, and a line for each that is broken: its id, the event's number, what is wrong.

    `state` also stands for a row that is not as its events left it.
    """
    files = {file.pk: file for file in CaseFile.objects.iterator()}
    rows = CaseEventRow.objects.order_by("case_id", "seq").iterator()
    broken, seen = [], set()
    for pk, group in groupby(rows, key=lambda row: row.case_id):
        file, events = files[pk], [machine_event(row) for row in group]
        seen.add(pk)
        problem = chain_problem(events, file.head)
        if problem is not None:
            broken.append(f"{file.public_id} {problem.seq} {problem.code}")
        elif (case := machine_case(events)) and (str(case.state), case.seq) != (
            file.state,
            file.seq,
        ):
            broken.append(f"{file.public_id} {file.seq} state")
    broken += [f"{file.public_id} 1 seq" for pk, file in files.items() if pk not in seen]
    return len(files), broken

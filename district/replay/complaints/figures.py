"""The figures of a replay of complaints, read from the tables, and the columns of the source beside them."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

from credit.complaints.machine.mapping import SourceComplaint
from credit.complaints.models import CaseBreach, CaseFile
from credit.complaints.models.case_file import OPEN_NAMES
from district.replay.complaints.dataset import ComplaintData
from district.replay.complaints.preparation import ComplaintSetup

LATE = "late_first_answer"
ENDS = ("closed_resolved", "closed_deemed", "withdrawn", "closed_unresolved")
# The columns of the digest's lines after the company.
_COLUMNS = ("cases", LATE, *ENDS)
_SETTLED = ("settled_direct", "settled_in_mediation")
_FIGURES = (*_COLUMNS, *_SETTLED, "decided_upheld")
_SOURCES = ("source_timely_no", "source_disputed_yes")


def figures_of(data: ComplaintData, replay_setup: ComplaintSetup) -> dict[str, Any]:
    """What became of the complaints. `responses` has, for each answer the source says the company gave, the
    source's own columns and what the replay made of these complaints."""
    counts = _counts(data, replay_setup)
    totals = _sum(counts.values())
    by_company = _grouped(data.complaints, counts, lambda source: source.company)
    by_response = _grouped(data.complaints, counts, lambda source: source.response)
    return {
        **{name: totals[name] for name in _FIGURES},
        "merchants": len(by_company),
        "source_timely_no": totals["source_timely_no"],
        "open": totals["open"],
        "companies_digest": _digest(by_company),
        "source_disputed_yes": totals["source_disputed_yes"],
        "responses": {
            response: {name: found[name] for name in (*_FIGURES, *_SOURCES)}
            for response, found in sorted(by_response.items())
        },
    }


def _counts(data: ComplaintData, replay_setup: ComplaintSetup) -> dict[int, Counter[str]]:
    """What is counted of each complaint, by its number."""
    cases = CaseFile.objects.filter(member__in=replay_setup.number_of_member)
    late = set(CaseBreach.objects.filter(case__in=cases, kind=LATE).values_list("case", flat=True))
    sources = {source.number: source for source in data.complaints}
    counts = {}
    for row in cases.values("pk", "member", "state", "outcome", "finding"):
        number = replay_setup.number_of_member[row["member"]]
        counts[number] = Counter(_names(row, sources[number], late))
    return counts


def _names(row: Mapping[str, Any], source: SourceComplaint, late: Container[int]) -> Iterator[str]:
    yield "cases"
    yield "open" if row["state"] in OPEN_NAMES else row["state"]
    if row["pk"] in late:
        yield LATE
    if row["outcome"] in _SETTLED:
        yield row["outcome"]
    if row["finding"] == "upheld":
        yield "decided_upheld"
    if not source.is_timely:
        yield "source_timely_no"
    if source.is_disputed:
        yield "source_disputed_yes"


def _grouped(
    sources: Iterable[SourceComplaint], counts: Mapping[int, Counter[str]], group: Any
) -> dict[str, Counter[str]]:
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for source in sources:
        if source.number in counts:
            found[group(source)].update(counts[source.number])
    return dict(found)


def _sum(counts: Iterable[Counter[str]]) -> Counter[str]:
    total = Counter[str]()
    for of_case in counts:
        total.update(of_case)
    return total


def _digest(by_company: Mapping[str, Counter[str]]) -> str:
    """SHA-256 of the lines `company,cases,late_first_answer,…`, sorted as text."""
    lines = sorted(
        f"{company},{','.join(str(counts[name]) for name in _COLUMNS)}\n"
        for company, counts in by_company.items()
    )
    return hashlib.sha256("".join(lines).encode()).hexdigest()

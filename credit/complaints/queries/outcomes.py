"""Whether what credit counts of complaints is what their events say."""

from credit.complaints.machine.case import NEW_CASE, ComplaintCase
from credit.complaints.machine.events import CaseEvent, followed_by
from credit.complaints.machine.scoring import CaseNotScored, ScoredCase, score_of
from credit.complaints.models import CaseFile
from credit.complaints.queries.cases import events_of
from credit.models import CaseOutcomeVersion

_OF_A_CASE = (
    *("final_on", "severity", "outcome", "is_on_time", "stars", "remedy_missed"),
    *("category", "is_deemed", "first_answer_minutes", "is_repeat"),
)


def wrong_outcomes() -> list[str]:
    """A line for each version that is not what the case's events up to its number say, and for each case whose end
    credit does not know: the case's id and the version, 0 for none."""
    kept: dict[str, list[CaseOutcomeVersion]] = {}
    for row in CaseOutcomeVersion.objects.order_by("case", "version").iterator():
        kept.setdefault(row.case, []).append(row)
    wrong = []
    complaints = CaseFile.objects.filter(kind=CaseFile.Kind.COMPLAINT)
    for file in complaints.order_by("pk").iterator():
        rows = kept.pop(file.public_id, [])
        wrong += [f"{file.public_id} {version}" for version in _wrong_versions(file, rows)]
    # Outcomes of no case.
    return wrong + [f"{case} {rows[0].version}" for case, rows in kept.items()]


def _wrong_versions(file: CaseFile, rows: list[CaseOutcomeVersion]) -> list[int]:
    cases: list[ComplaintCase] = [NEW_CASE]
    events: list[CaseEvent] = events_of(file)
    for event in events:
        cases.append(followed_by(cases[-1], event))
    wrong = [
        row.version
        for row in rows
        if row.version >= len(cases)
        or row.store_id != file.store_id
        or not _is_said(row, score_of(cases[row.version]))
    ]
    last = score_of(cases[-1])
    never_ended = isinstance(last, CaseNotScored) and last.reason == "open" and not rows
    if not never_ended and not (rows and _is_said(rows[-1], last)):
        wrong.append(rows[-1].version if rows else 0)
    return sorted(set(wrong))


def _is_said(row: CaseOutcomeVersion, scored: ScoredCase | CaseNotScored) -> bool:
    if isinstance(scored, CaseNotScored):
        return row.uncounted_reason == scored.reason
    return not row.uncounted_reason and all(
        getattr(row, name) == getattr(scored, name) for name in _OF_A_CASE
    )

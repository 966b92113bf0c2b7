"""What the end of a case tells the credit of the merchant."""

from credit import services as credit
from credit.complaints.case_posting.work import CaseWork
from credit.complaints.machine.scoring import CaseNotScored, ScoredCase, score_of
from credit.complaints.models import CaseFile
from credit.values import FinalCase, UncountedCase


def report_outcome(work: CaseWork) -> None:
    """Tell the merchant's credit what counts of a complaint from now on, when that is another thing than before.

    The version is the number of the event that made it so. A case that is open again counts nothing until its
    next end; one that never ended is not told of.
    """
    if work.file.kind != CaseFile.Kind.COMPLAINT or not work.written:
        return
    before, after = score_of(work.before), score_of(work.case)
    if before == after or (_is_open(before) and _is_open(after)):
        return
    assert work.case.last_at is not None
    credit.record_case_outcome(
        case=work.file.public_id,
        version=work.case.seq,
        store=work.file.store,
        outcome=_outcome(after),
        at=work.case.last_at,
    )


def _is_open(scored: ScoredCase | CaseNotScored) -> bool:
    return isinstance(scored, CaseNotScored) and scored.reason == "open"


def _outcome(scored: ScoredCase | CaseNotScored) -> FinalCase | UncountedCase:
    if isinstance(scored, CaseNotScored):
        return UncountedCase(scored.reason)
    return FinalCase(
        final_on=scored.final_on,
        severity=scored.severity,
        outcome=scored.outcome,
        is_on_time=scored.is_on_time,
        stars=scored.stars,
        remedy_missed=scored.remedy_missed,
        category=scored.category,
        is_deemed=scored.is_deemed,
        first_answer_minutes=scored.first_answer_minutes,
        is_repeat=scored.is_repeat,
    )

"""What a row is answered with, and writing it down."""

from collections.abc import Sequence
from typing import Any

from district.kernel.errors import DomainError
from district.kernel.http import problems
from loyalty.models import ParkedRefund, Refund
from loyalty.receipt_batches.models import RowResult
from loyalty.receipt_batches.rows import ParsedRow, UnreadableRow

State = RowResult.State


def unreadable_result(batch: int, line: int, wrong: UnreadableRow) -> RowResult:
    return _build_refused(batch, line, wrong.kind, wrong.number, wrong.problem)


def refused_result(batch: int, row: ParsedRow, refusal: DomainError) -> RowResult:
    problem = problems.document_of_refusal(refusal)
    return _build_refused(batch, row.line, row.kind, row.number, problem)


def failed_result(batch: int, row: ParsedRow) -> RowResult:
    """For a mistake of ours, which must not hold up the rows behind it."""
    return _build_refused(batch, row.line, row.kind, row.number, problems.document_of_status(500))


def receipt_result(
    batch: int, row: ParsedRow, receipt: int, *, points: int, repeated: bool
) -> RowResult:
    return RowResult(
        batch_id=batch,
        line=row.line,
        kind=row.kind,
        number=row.number,
        state=State.REPEATED if repeated else State.POSTED,
        receipt_id=receipt,
        points=points,
    )


def refund_result(
    batch: int, row: ParsedRow, refund: Refund | ParkedRefund, *, repeated: bool
) -> RowResult:
    answer = RowResult(batch_id=batch, line=row.line, kind=row.kind, number=row.number)
    if isinstance(refund, ParkedRefund):
        answer.state = State.REPEATED if repeated else State.PARKED
        answer.parked_id = refund.pk
    else:
        answer.state = State.REPEATED if repeated else State.POSTED
        answer.refund_id = refund.pk
        answer.points = refund.own + refund.other + refund.owed
    return answer


def save(answers: Sequence[RowResult]) -> None:
    """Write answers; a row that has one already is an error, and nothing of the transaction stays."""
    RowResult.objects.bulk_create(answers)


def _build_refused(
    batch: int, line: int, kind: str, number: str, problem: dict[str, Any]
) -> RowResult:
    return RowResult(
        batch_id=batch,
        line=line,
        kind=kind,
        number=number,
        state=State.REFUSED,
        code=problem["code"],
        problem=problem,
    )

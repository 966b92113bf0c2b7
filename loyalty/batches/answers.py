"""What a row is answered with, and writing it down."""

from collections.abc import Sequence
from typing import Any

from district.kernel import problems
from district.kernel.errors import DomainError
from loyalty.batches.models import RowAnswer
from loyalty.batches.rows import Row, Unreadable
from loyalty.models import ParkedRefund, Receipt, Refund

State = RowAnswer.State


def unreadable(batch: int, line: int, wrong: Unreadable) -> RowAnswer:
    return _refused(batch, line, wrong.kind, wrong.number, wrong.problem)


def refused(batch: int, row: Row, refusal: DomainError) -> RowAnswer:
    problem = problems.document_of_refusal(refusal)
    return _refused(batch, row.line, row.kind, row.number, problem)


def failed(batch: int, row: Row) -> RowAnswer:
    """For a mistake of ours, which must not hold up the rows behind it."""
    return _refused(batch, row.line, row.kind, row.number, problems.document_of_status(500))


def of_receipt(batch: int, row: Row, receipt: Receipt, *, repeated: bool) -> RowAnswer:
    return RowAnswer(
        batch_id=batch,
        line=row.line,
        kind=row.kind,
        number=row.number,
        state=State.REPEATED if repeated else State.POSTED,
        receipt_id=receipt.pk,
        points=receipt.granted,
    )


def of_refund(batch: int, row: Row, refund: Refund | ParkedRefund, *, repeated: bool) -> RowAnswer:
    answer = RowAnswer(batch_id=batch, line=row.line, kind=row.kind, number=row.number)
    if isinstance(refund, ParkedRefund):
        answer.state = State.REPEATED if repeated else State.PARKED
        answer.parked_id = refund.pk
    else:
        answer.state = State.REPEATED if repeated else State.POSTED
        answer.refund_id = refund.pk
        answer.points = refund.own + refund.other + refund.owed
    return answer


def save(answers: Sequence[RowAnswer]) -> None:
    """Write answers; a row that has one already is an error, and nothing of the transaction stays."""
    RowAnswer.objects.bulk_create(answers)


def _refused(batch: int, line: int, kind: str, number: str, problem: dict[str, Any]) -> RowAnswer:
    return RowAnswer(
        batch_id=batch,
        line=line,
        kind=kind,
        number=number,
        state=State.REFUSED,
        code=problem["code"],
        problem=problem,
    )

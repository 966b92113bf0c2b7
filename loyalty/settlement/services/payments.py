"""Payments: what was really paid of a statement, noted once, and never more than is open."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.members.models import User
from loyalty.settlement.errors import (
    PaymentExceedsDue,
    PaymentNotReversible,
    PaymentReferenceUsed,
    PaymentWrongWay,
)
from loyalty.settlement.models import Statement, StatementPayment


@dataclass(frozen=True)
class PaymentDetails:
    """Money that went, as the bank says: fen, the way it took, the bank's number and instant."""

    fen: int
    direction: str
    reference: str
    paid_at: datetime
    note: str = ""


@transaction.atomic
def record_payment(*, statement: Statement, paid: PaymentDetails, by: User) -> StatementPayment:
    """Note a payment of a statement, once per merchant, direction and reference.

    Raises PaymentExceedsDue, PaymentReferenceUsed, PaymentWrongWay.
    """
    row = Statement.objects.select_for_update(no_key=True).get(pk=statement.pk)
    earlier = StatementPayment.objects.filter(
        merchant=row.merchant_id, direction=paid.direction, reference=paid.reference
    ).first()
    if earlier is not None:
        if (earlier.statement_id, earlier.fen) == (row.pk, paid.fen):
            return earlier
        raise PaymentReferenceUsed
    if row.due == 0 or paid.direction != _direction_of(row):
        raise PaymentWrongWay
    before, nth = _paid_so_far(row)
    if before + paid.fen > abs(row.due):
        raise PaymentExceedsDue(open_fen=abs(row.due) - before, asked_fen=paid.fen)
    with translate_database_errors():
        payment = StatementPayment.objects.create(
            statement=row,
            merchant_id=row.merchant_id,
            direction=paid.direction,
            nth=nth + 1,
            fen=paid.fen,
            due=abs(row.due),
            before=before,
            after=before + paid.fen,
            reference=paid.reference,
            note=paid.note,
            paid_at=paid.paid_at,
            recorded_by=by,
            at=clock.now(),
        )
    audit.record(
        by=by,
        verb="record_payment",
        subject=f"settlement.statement:{row.pk}",
        payment=payment.pk,
        fen=paid.fen,
    )
    return payment


@transaction.atomic
def reverse_payment(*, payment: StatementPayment, note: str, by: User) -> StatementPayment:
    """Take back a payment that was noted wrongly, by a counter-entry; the same again changes nothing.

    Raises PaymentNotReversible.
    """
    row = Statement.objects.select_for_update(no_key=True).get(pk=payment.statement_id)
    earlier = StatementPayment.objects.filter(reverses=payment).first()
    if earlier is not None:
        if earlier.recorded_by_id == by.pk:
            return earlier
        raise PaymentNotReversible
    if payment.fen < 0:
        raise PaymentNotReversible
    before, nth = _paid_so_far(row)
    reversal = StatementPayment.objects.create(
        statement=row,
        merchant_id=row.merchant_id,
        direction=payment.direction,
        nth=nth + 1,
        fen=-payment.fen,
        due=abs(row.due),
        before=before,
        after=before - payment.fen,
        reference=f"reversal-{payment.public_id}",
        reverses=payment,
        note=note,
        paid_at=payment.paid_at,
        recorded_by=by,
        at=clock.now(),
    )
    audit.record(
        by=by,
        verb="reverse_payment",
        subject=f"settlement.statement:{row.pk}",
        payment=payment.pk,
        note=note,
    )
    return reversal


def _direction_of(statement: Statement) -> str:
    if statement.due > 0:
        return StatementPayment.Direction.TO_MERCHANT
    return StatementPayment.Direction.FROM_MERCHANT


def _paid_so_far(statement: Statement) -> tuple[int, int]:
    """What was paid, and by how many entries."""
    last = StatementPayment.objects.filter(statement=statement).order_by("-nth").first()
    return (last.after, last.nth) if last is not None else (0, 0)

"""WeChat reports that a part of a payment went back."""

from django.db import transaction

from district.kernel import clock
from loyalty.business_circle import transitions
from loyalty.business_circle.errors import ContradictingNotice
from loyalty.business_circle.models import MallPayment, MallRefund
from loyalty.business_circle.values import ReportedRefund


@transaction.atomic
def note_refund(*, refund: ReportedRefund) -> MallRefund:
    """The refund as it stands: applied, not needed, or left to a person; waiting while its payment is not decided.

    Written once by its refund id; a repetition gives what is there.

    Raises ContradictingNotice for the same refund of another payment or sum.
    """
    transitions.lock_transaction(refund.transaction_id)
    # Of another transaction it may be there, too, but not unseen: ids are unique.
    found = MallRefund.objects.filter(refund_id=refund.refund_id).first()
    if found is not None:
        known = (found.transaction_id, found.refund_fen, found.payment_fen)
        if known != (refund.transaction_id, refund.refund_fen, refund.payment_fen):
            raise ContradictingNotice
        return found
    at = clock.now()
    row = MallRefund.objects.create(
        refund_id=refund.refund_id,
        transaction_id=refund.transaction_id,
        refund_fen=refund.refund_fen,
        payment_fen=refund.payment_fen,
        refunded_at=refund.refunded_at,
        received_at=at,
    )
    payment = (
        MallPayment.objects.select_related("receipt__store")
        .filter(transaction_id=refund.transaction_id)
        .first()
    )
    if payment is not None and not payment.is_waiting:
        transitions.apply_refund(row, payment, at=at)
    return row

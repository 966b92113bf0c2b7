"""What the fund does when a case moved."""

from django.db import transaction

from credit.compensation.claim_posting import bring_up_to_date
from credit.compensation.models import FundClaim, FundPayment
from credit.compensation.payment_posting import cancel_payment, entered_advance_payment
from credit.complaints.models import CaseFile
from credit.complaints.procedures import lock_case
from credit.complaints.queries.cases import events_of, machine_case


@transaction.atomic
def follow_case(*, case: int) -> None:
    """What the fund has to do since a case moved: open or cancel a payment, look at its claims. Bears repetition."""
    lock_case(case)
    file = CaseFile.objects.get(pk=case)
    entered = entered_advance_payment(file)
    for payment in FundPayment.objects.filter(case=file, state__in=["due", "under_way"]):
        if payment.seq != entered:
            cancel_payment(payment)
    if entered is not None:
        remedy = machine_case(events_of(file)).remedy
        assert remedy is not None  # the table's row 27 asks for one
        FundPayment.objects.get_or_create(
            case=file,
            seq=entered,
            defaults={
                "merchant_id": file.merchant_id,
                "amount_fen": remedy.amount_fen,
                "due_at": file.entered_at,
            },
        )
    for claim in FundClaim.objects.filter(case=file).order_by("pk").values_list("pk", flat=True):
        bring_up_to_date(claim)

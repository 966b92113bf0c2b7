"""How payments of the fund change, under the locks that verbs hold: the case, then the payment, then the accounts."""

from dataclasses import dataclass

from credit.compensation.entries import CASH, UNDER_WAY, write_entry
from credit.compensation.models import FundEntry, FundPayment, PaymentAttempt
from credit.complaints.machine.words import CaseState
from credit.complaints.models import CaseFile
from credit.complaints.procedures import lock_case
from district.kernel import clock
from district.members.models import User


@dataclass(frozen=True, slots=True)
class LockedPayment:
    """A payment and its case, held until this transaction ends."""

    case: CaseFile
    payment: FundPayment


def lock_payment(payment: FundPayment) -> LockedPayment:
    """A payment and its case, held until this transaction ends."""
    lock_case(payment.case_id)
    row = FundPayment.objects.select_for_update(no_key=True).get(pk=payment.pk)
    return LockedPayment(CaseFile.objects.get(pk=row.case_id), row)


def entered_advance_payment(case: CaseFile) -> int | None:
    """The number of the event by which the case came to where it waits for the fund; None when it does not wait."""
    if case.state != CaseState.ADVANCE_PAYMENT:
        return None
    entered = case.events.filter(to_state=str(CaseState.ADVANCE_PAYMENT)).exclude(
        from_state=str(CaseState.ADVANCE_PAYMENT)
    )
    return entered.order_by("-seq").values_list("seq", flat=True).first()


def cancel_payment(payment: FundPayment) -> None:
    """The case went another way: what was not let go is the fund's again, what was is waited for."""
    cancel_proposed(payment)
    move_payment(payment, FundPayment.State.CANCELLED)


def cancel_proposed(payment: FundPayment) -> None:
    """What nobody has let go yet is the fund's again."""
    for row in payment.attempts.filter(state=PaymentAttempt.State.PROPOSED):
        row.state, row.decided_at = PaymentAttempt.State.REJECTED, clock.now()
        row.save(update_fields=["state", "decided_at"])
        release(payment, row, None)


def release(payment: FundPayment, attempt: PaymentAttempt, by: User | None) -> None:
    """An attempt came to nothing: its money is the fund's again, and the payment is due as before."""
    amount_fen = payment.amount_fen
    legs = {UNDER_WAY: -amount_fen, CASH: amount_fen}
    write_entry(FundEntry.Kind.RELEASE, attempt.public_id, legs, by=by)
    if payment.state == FundPayment.State.UNDER_WAY:
        move_payment(payment, FundPayment.State.DUE)


def move_payment(payment: FundPayment, state: FundPayment.State, *others: str) -> None:
    """The payment in another state, with other columns that were set."""
    payment.state = state
    payment.save(update_fields=["state", *others])

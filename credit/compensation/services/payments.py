"""Paying a case: money is set apart by one person, let go by another, and what the bank made of it is noted.

Locks: the case, then its payment, then the claim, then the accounts. The machine hears of a payment only when the money
has arrived, so a failed attempt leaves the case where it waits.
"""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from credit.compensation.claim_posting import bring_up_to_date
from credit.compensation.contribution_posting import checked_reference
from credit.compensation.entries import CASH, SURPLUS, UNDER_WAY, claims_on, write_entry
from credit.compensation.errors import (
    FundAttemptState,
    FundPaymentNotDue,
    FundSurplusReturned,
)
from credit.compensation.models import FundClaim, FundEntry, FundPayment, PaymentAttempt
from credit.compensation.payment_posting import (
    LockedPayment,
    cancel_proposed,
    entered_advance_payment,
    lock_payment,
    move_payment,
    release,
)
from credit.complaints import services as complaints
from credit.complaints.errors import CaseActRefused, CaseNotInState
from credit.complaints.machine.words import CaseAction, CaseActor, CaseState
from district.kernel import audit, clock
from district.kernel.database.postgres import translate_database_errors
from district.kernel.four_eyes import require_other_person
from district.kernel.idempotency import Key, claim_key, store_result
from district.kernel.text.money import format_yuan
from district.members.models import User

Kind, State = FundEntry.Kind, PaymentAttempt.State


@transaction.atomic
def propose_attempt(
    *, payment: FundPayment, method: str, payee_hint: str = "", by: User, key: Key
) -> PaymentAttempt:
    """Set the whole amount apart for a payment to the shopper, for another person to let go.

    Raises FundPaymentNotDue, FundShort, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return PaymentAttempt.objects.get(pk=earlier)
    locked = lock_payment(payment)
    is_waiting = locked.case.state == CaseState.ADVANCE_PAYMENT
    if not is_waiting or locked.payment.state != FundPayment.State.DUE:
        raise FundPaymentNotDue
    attempt = PaymentAttempt.objects.create(
        payment=locked.payment,
        method=PaymentAttempt.Method(method),
        payee_hint=payee_hint,
        proposed_by=by,
        proposed_at=clock.now(),
    )
    amount_fen = locked.payment.amount_fen
    write_entry(Kind.RESERVE, attempt.public_id, {CASH: -amount_fen, UNDER_WAY: amount_fen}, by=by)
    move_payment(locked.payment, FundPayment.State.UNDER_WAY)
    store_result(key, attempt.pk)
    _record("propose_fund_payment", attempt, by, amount_fen=amount_fen)
    return attempt


@transaction.atomic
def approve_attempt(*, attempt: PaymentAttempt, by: User, note: str = "") -> PaymentAttempt:
    """Another person lets the money go. The same person again changes nothing.

    Raises FourEyesNeeded, FundAttemptState, FundPaymentNotDue.
    """
    locked = lock_payment(attempt.payment)
    row = PaymentAttempt.objects.get(pk=attempt.pk)
    if (row.state, row.decided_by_id) == (State.SENT, by.pk):
        return row
    _require(row, State.PROPOSED)
    require_other_person(by, row.proposed_by_id)
    if locked.case.state != CaseState.ADVANCE_PAYMENT:
        raise FundPaymentNotDue
    _decide(row, State.SENT, by, note)
    _record("approve_fund_payment", row, by)
    return row


@transaction.atomic
def reject_attempt(*, attempt: PaymentAttempt, by: User, note: str) -> PaymentAttempt:
    """Another person sends it back: the money is the fund's again, and the case waits on.

    Raises FourEyesNeeded, FundAttemptState.
    """
    locked = lock_payment(attempt.payment)
    row = PaymentAttempt.objects.get(pk=attempt.pk)
    if (row.state, row.decided_by_id) == (State.REJECTED, by.pk):
        return row
    _require(row, State.PROPOSED)
    require_other_person(by, row.proposed_by_id)
    _decide(row, State.REJECTED, by, note)
    release(locked.payment, row, by)
    _record("reject_fund_payment", row, by)
    return row


@transaction.atomic
def note_attempt_failed(*, attempt: PaymentAttempt, note: str, by: User) -> PaymentAttempt:
    """The bank sent the money back, or it never went; the same again changes nothing. Raises FundAttemptState."""
    locked = lock_payment(attempt.payment)
    row = PaymentAttempt.objects.get(pk=attempt.pk)
    if row.state == State.FAILED:
        return row
    _require(row, State.SENT)
    _end(row, State.FAILED, by, note)
    release(locked.payment, row, by)
    _record("note_fund_payment_failed", row, by)
    return row


@transaction.atomic
def note_attempt_succeeded(
    *, attempt: PaymentAttempt, reference: str, proof: str, by: User, key: Key
) -> PaymentAttempt:
    """The shopper has the money, by the bank's number or a signed receipt: the case goes on, the merchant owes it.

    A failed attempt may turn out to have gone after all. Money that the case did not need any more is a surplus, to be
    got back from the shopper, and nobody's debt to the fund.

    Raises FundAmountInvalid, FundAttemptState, FundReferenceTaken, FundShort, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return PaymentAttempt.objects.get(pk=earlier)
    locked = lock_payment(attempt.payment)
    reference = checked_reference(locked.payment.amount_fen, reference)
    row = PaymentAttempt.objects.get(pk=attempt.pk)
    _require(row, State.SENT, State.FAILED)
    payment = locked.payment
    source = UNDER_WAY if row.state == State.SENT else CASH
    row.is_surplus = not _pay_case(locked, row, by)
    row.reference = reference
    _end(row, State.SUCCEEDED, by, proof, "reference", "is_surplus")
    target = SURPLUS if row.is_surplus else claims_on(payment.merchant_id)
    write_entry(
        Kind.SURPLUS if row.is_surplus else Kind.PAYMENT,
        row.public_id,
        {source: -payment.amount_fen, target: payment.amount_fen},
        by=by,
    )
    if not row.is_surplus:
        _claim(payment)
    store_result(key, row.pk)
    _record("note_fund_payment_succeeded", row, by, is_surplus=row.is_surplus)
    return row


@transaction.atomic
def record_surplus_return(
    *, attempt: PaymentAttempt, reference: str, by: User, key: Key
) -> FundEntry:
    """The shopper gave back what went in excess. Raises FundEntryRecorded, FundSurplusReturned, KeyReused."""
    if (earlier := claim_key(key)) is not None:
        return FundEntry.objects.get(pk=earlier)
    locked = lock_payment(attempt.payment)
    row = PaymentAttempt.objects.get(pk=attempt.pk)
    returned = FundEntry.objects.filter(kind=Kind.SURPLUS_RETURN, reference=row.public_id)
    if not row.is_surplus or returned.exists():
        raise FundSurplusReturned
    amount_fen = locked.payment.amount_fen
    legs = {SURPLUS: -amount_fen, CASH: amount_fen}
    entry = write_entry(Kind.SURPLUS_RETURN, row.public_id, legs, by=by, note=reference)
    store_result(key, entry.pk)
    _record("record_fund_surplus_return", row, by, reference=reference)
    return entry


def _pay_case(locked: LockedPayment, attempt: PaymentAttempt, by: User) -> bool:
    """Tell the machine; False where this case does not wait for this payment any more."""
    payment = locked.payment
    if payment.seq != entered_advance_payment(locked.case):
        return False
    if payment.attempts.filter(state=State.PROPOSED).exists():
        # The earlier money arrived after all: the new attempt goes back before it is let go.
        cancel_proposed(payment)
    if payment.attempts.filter(state=State.SENT).exclude(pk=attempt.pk).exists():
        return False
    request = complaints.CaseRequest(
        CaseAction.PAY,
        CaseActor.FINANCE,
        by,
        note=_("先行赔付基金已向您赔付 %(sum)s。") % {"sum": format_yuan(payment.amount_fen)},
        details={"paid_fen": payment.amount_fen},
    )
    key = Key.of("compensation.pay", attempt.public_id, amount_fen=payment.amount_fen)
    try:
        complaints.act_on_case(case=locked.case, request=request, key=key)
    except (CaseNotInState, CaseActRefused):
        return False
    payment.paid_at = clock.now()
    move_payment(payment, FundPayment.State.PAID, "paid_at")
    return True


def _claim(payment: FundPayment) -> None:
    claim = FundClaim.objects.create(
        payment=payment,
        case_id=payment.case_id,
        merchant_id=payment.merchant_id,
        amount_fen=payment.amount_fen,
        claimed_at=clock.now(),
    )
    bring_up_to_date(claim.pk)


def _require(attempt: PaymentAttempt, *states: PaymentAttempt.State) -> None:
    if attempt.state not in states:
        raise FundAttemptState(state_name=attempt.get_state_display())


def _decide(row: PaymentAttempt, state: PaymentAttempt.State, by: User, note: str) -> None:
    row.state, row.decision = state, note
    row.decided_by, row.decided_at = by, clock.now()
    row.save(update_fields=["state", "decision", "decided_by", "decided_at"])


def _end(
    row: PaymentAttempt, state: PaymentAttempt.State, by: User, note: str, *others: str
) -> None:
    row.state, row.outcome_note = state, note
    row.ended_by, row.ended_at = by, clock.now()
    with translate_database_errors():
        row.save(update_fields=["state", "outcome_note", "ended_by", "ended_at", *others])


def _record(verb: str, attempt: PaymentAttempt, by: User, **facts: Any) -> None:
    audit.record(by=by, verb=verb, subject=f"compensation.paymentattempt:{attempt.pk}", **facts)

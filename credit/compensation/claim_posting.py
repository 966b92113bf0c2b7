"""What a claim comes to, by its case, its objection, its write-off and the statements; and the entries that follow.

Everything is derived anew from what holds now, so a claim may be looked at any number of times and in any order.
"""

from django.db import transaction

from credit import services as credit
from credit.compensation.entries import LOSSES, SETTLEMENT, claims_on, write_entry
from credit.compensation.models import ClaimCharge, FundClaim, FundEntry, FundPayment
from credit.compensation.queries.recoveries import recovered_by_claim
from credit.complaints.machine.words import CLOSED_STATES, CaseState
from credit.complaints.models import CaseEventRow, CaseFile
from district.kernel import clock
from district.merchants.services import alliance_party
from loyalty.settlement.services import book_charge

SOURCE = "compensation"
State = FundClaim.State
# The merchant owes nothing: its case was not upheld in the end, or was none.
_FREE = frozenset({CaseState.CLOSED_NOT_UPHELD, CaseState.CLOSED_ABUSIVE})
_FIELDS = [
    *("charged_fen", "recovered_fen", "lost_fen", "is_waived", "is_written_off", "state"),
    *("changes", "debt_version", "is_debt"),
]


@transaction.atomic
def bring_up_to_date(claim: int, *, write_off: bool = False) -> FundClaim:
    """Book, post and tell what has changed of a claim, given up from now on or not; the claim as it is after that."""
    row = FundClaim.objects.select_for_update(no_key=True).get(pk=claim)
    case = CaseFile.objects.get(pk=row.case_id)
    before = (row.recovered_fen, row.lost_fen)
    row.is_written_off = row.is_written_off or write_off
    row.is_waived = row.dispute_upheld is True or case.state in _FREE
    _book(row, _wanted_charge(row, case))
    row.recovered_fen = min(row.amount_fen, recovered_by_claim([row.pk])[row.pk])
    is_given_up = row.is_waived or row.is_written_off
    row.lost_fen = row.amount_fen - row.recovered_fen if is_given_up else 0
    row.state = _state_of(row)
    _post(row, *before)
    _tell_credit(row, case)
    row.save(update_fields=_FIELDS)
    return row


def _wanted_charge(row: FundClaim, case: CaseFile) -> int:
    """What is to stand in the settlement: nothing while the case is open, disputed or for nothing."""
    if row.is_waived or row.is_disputed or case.state not in CLOSED_STATES:
        return 0
    return row.charged_fen if row.is_written_off else row.amount_fen


def _book(row: FundClaim, wanted: int) -> None:
    difference = wanted - row.charged_fen
    if difference == 0:
        return
    number = row.charges.count() + 1
    reference = f"{row.public_id}-{number}"
    book_charge(
        source=SOURCE,
        reference=reference,
        payer=row.merchant_id,
        payee=alliance_party().pk,
        fen=difference,
    )
    ClaimCharge.objects.create(
        claim=row, number=number, reference=reference, fen=difference, at=clock.now()
    )
    row.charged_fen = wanted


def _state_of(row: FundClaim) -> State:
    if row.is_waived:
        return State.WAIVED
    if row.recovered_fen == row.amount_fen:
        return State.RECOVERED
    if row.is_written_off:
        return State.WRITTEN_OFF
    if row.recovered_fen:
        return State.PARTLY_RECOVERED
    return State.NOTICED if row.charged_fen else State.CLAIMED


def _post(row: FundClaim, recovered_before: int, lost_before: int) -> None:
    recovered, lost = row.recovered_fen - recovered_before, row.lost_fen - lost_before
    if not recovered and not lost:
        return
    row.changes += 1
    write_entry(
        FundEntry.Kind.RECOVERY if recovered else FundEntry.Kind.LOSS,
        f"{row.public_id}-{row.changes}",
        {SETTLEMENT: recovered, LOSSES: lost, claims_on(row.merchant_id): -recovered - lost},
    )


def _tell_credit(row: FundClaim, case: CaseFile) -> None:
    """A merchant is marked until it has paid back; not while the case is being looked at again."""
    is_looked_at_again = (
        case.state not in CLOSED_STATES and case.state != CaseState.AWAITING_CONFIRMATION
    )
    is_open = row.recovered_fen < row.amount_fen or _missed_more_than_paid(case)
    is_debt = is_open and not row.is_waived and not is_looked_at_again
    if row.debt_version and row.is_debt == is_debt:
        return
    row.debt_version, row.is_debt = row.debt_version + 1, is_debt
    credit.record_remedy_debt(
        reference=row.public_id,
        version=row.debt_version,
        case=case.public_id,
        merchant=row.merchant_id,
        is_owed=is_debt,
        at=clock.now(),
    )


def _missed_more_than_paid(case: CaseFile) -> bool:
    """Whether the merchant missed another remedy, for which the fund did not pay."""
    missed = CaseEventRow.objects.filter(
        case=case, action="timeout", from_state=str(CaseState.REMEDY_DUE)
    )
    paid = FundPayment.objects.filter(case=case, state=FundPayment.State.PAID)
    return missed.count() > paid.count()

"""Money that comes into the fund, and money that the settlement has taken in for it."""

from django.db import transaction

from credit.compensation.contribution_posting import checked_reference, enter_contribution
from credit.compensation.entries import CASH, SETTLEMENT, AccountName, write_entry
from credit.compensation.errors import (
    ContributionNotReversible,
    FundTransferAboveCollected,
)
from credit.compensation.models import FundAccount, FundEntry, FundMembership
from district.kernel import audit
from district.kernel.four_eyes import require_other_person
from district.kernel.idempotency import Key, claim_key, store_result
from district.members.models import User
from district.merchants.models import Merchant

Kind = FundEntry.Kind


@transaction.atomic
def record_contribution(
    *, merchant: Merchant, amount_fen: int, reference: str, by: User, key: Key
) -> FundEntry:
    """Money that a merchant, or the alliance itself, has paid into the fund, by the bank's number.

    Raises FundAmountInvalid, FundEntryRecorded, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return FundEntry.objects.get(pk=earlier)
    entry = enter_contribution(merchant, amount_fen, reference, by)
    store_result(key, entry.pk)
    return entry


@transaction.atomic
def reverse_contribution(*, entry: FundEntry, note: str, by: User, key: Key) -> FundEntry:
    """A contribution that was noted wrongly, or is given back, goes out again; by another person.

    That of a merchant which is still a member stays.

    Raises ContributionNotReversible, FourEyesNeeded, FundShort, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return FundEntry.objects.get(pk=earlier)
    row = FundEntry.objects.select_for_update(no_key=True).get(pk=entry.pk)
    is_reversed = FundEntry.objects.filter(reverses=row).exists()
    bought = FundMembership.objects.filter(contribution=row, left_at=None)
    if row.kind != Kind.CONTRIBUTION or is_reversed or bought.exists() or not note:
        raise ContributionNotReversible
    if row.by is not None:
        require_other_person(by, row.by_id)
    legs = {
        _name_of(posting.account): -posting.fen
        for posting in row.postings.select_related("account")
    }
    reversal = write_entry(
        Kind.CONTRIBUTION_REVERSAL, row.public_id, legs, by=by, note=note, reverses=row
    )
    store_result(key, reversal.pk)
    audit.record(
        by=by,
        verb="reverse_fund_contribution",
        subject=f"compensation.fundentry:{row.pk}",
        note=note,
    )
    return reversal


@transaction.atomic
def transfer_collected(*, amount_fen: int, reference: str, by: User, key: Key) -> FundEntry:
    """What the alliance has taken in for the fund with its statements goes to the fund's account.

    Raises FundAmountInvalid, FundEntryRecorded, FundTransferAboveCollected, KeyReused.
    """
    if (earlier := claim_key(key)) is not None:
        return FundEntry.objects.get(pk=earlier)
    reference = checked_reference(amount_fen, reference)
    collected = (
        FundAccount.objects.select_for_update(no_key=True)
        .filter(kind=FundAccount.Kind.SETTLEMENT)
        .first()
    )
    if collected is None or collected.balance_fen < amount_fen:
        raise FundTransferAboveCollected
    entry = write_entry(
        Kind.TRANSFER, reference, {SETTLEMENT: -amount_fen, CASH: amount_fen}, by=by
    )
    store_result(key, entry.pk)
    audit.record(
        by=by,
        verb="transfer_collected_fund",
        subject=f"compensation.fundentry:{entry.pk}",
        amount_fen=amount_fen,
    )
    return entry


def _name_of(account: FundAccount) -> AccountName:
    return AccountName(FundAccount.Kind(account.kind), account.merchant_id)

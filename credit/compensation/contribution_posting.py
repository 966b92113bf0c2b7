"""Money that comes into the fund, in the caller's transaction."""

from credit.compensation.entries import CASH, contributions_of, write_entry
from credit.compensation.errors import FundAmountInvalid
from credit.compensation.models import FundEntry
from district.kernel import audit
from district.kernel.text.money import MAX_FEN
from district.members.models import User
from district.merchants.models import Merchant

_LONGEST_REFERENCE = 100


def enter_contribution(merchant: Merchant, amount_fen: int, reference: str, by: User) -> FundEntry:
    """The entry itself, in the caller's transaction. Raises FundAmountInvalid, FundEntryRecorded."""
    reference = checked_reference(amount_fen, reference)
    legs = {CASH: amount_fen, contributions_of(merchant): -amount_fen}
    entry = write_entry(FundEntry.Kind.CONTRIBUTION, reference, legs, by=by)
    audit.record(
        by=by,
        verb="record_fund_contribution",
        subject=f"compensation.fundentry:{entry.pk}",
        merchant=merchant.pk,
        amount_fen=amount_fen,
    )
    return entry


def checked_reference(amount_fen: int, reference: str) -> str:
    """The bank's number without blanks around it. Raises FundAmountInvalid for what is no sum or no number."""
    reference = reference.strip()
    is_named = 0 < len(reference) <= _LONGEST_REFERENCE and reference.isprintable()
    if not 0 < amount_fen <= MAX_FEN or not is_named:
        raise FundAmountInvalid
    return reference

"""What a shopper bought, as the ledger knows it."""

from typing import Any

from credit.complaints.errors import PurchaseUnknown
from district.members.models import Member
from loyalty.queries import receipt_of


def find_purchase(member: Member, store: int, receipt_no: str) -> Any:
    """The `Receipt` of the shopper at a store, None for no number.

    Raises PurchaseUnknown for another shopper's, and for one that was taken back whole.
    """
    if not receipt_no:
        return None
    receipt = receipt_of(store, receipt_no)
    if receipt is None or receipt.freed or receipt.account_id != member.pk:
        raise PurchaseUnknown
    return receipt

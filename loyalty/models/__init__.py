"""The tables of the ledger."""

from loyalty.models.account import PointsAccount
from loyalty.models.lot import Draw, Lot, Restore
from loyalty.models.receipt import Receipt
from loyalty.models.terms import MerchantTerms
from loyalty.models.transfer import Transfer

__all__ = ["Draw", "Lot", "MerchantTerms", "PointsAccount", "Receipt", "Restore", "Transfer"]

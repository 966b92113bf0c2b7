"""The ledger in the back office: to be read and followed, never changed; and the terms."""

from loyalty.admin import clearing, overview
from loyalty.admin.lots import DrawAdmin, LotAdmin, PointsAccountAdmin, RestoreAdmin
from loyalty.admin.terms import MerchantTermsAdmin
from loyalty.admin.transfers import ReceiptAdmin, TransferAdmin

__all__ = [
    "DrawAdmin",
    "LotAdmin",
    "MerchantTermsAdmin",
    "PointsAccountAdmin",
    "ReceiptAdmin",
    "RestoreAdmin",
    "TransferAdmin",
    "clearing",
    "overview",
]

"""The fund's books, its members and terms, what it pays and what it is owed."""

from credit.compensation.models.books import FundAccount, FundEntry, FundPosting
from credit.compensation.models.claims import ClaimCharge, ClaimWriteOff, FundClaim
from credit.compensation.models.payments import FundPayment, PaymentAttempt
from credit.compensation.models.scheme import FundMembership, FundTerms

__all__ = [
    "ClaimCharge",
    "ClaimWriteOff",
    "FundAccount",
    "FundClaim",
    "FundEntry",
    "FundMembership",
    "FundPayment",
    "FundPosting",
    "FundTerms",
    "PaymentAttempt",
]

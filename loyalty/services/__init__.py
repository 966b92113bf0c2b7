"""Every public verb of the ledger, and what they are told."""

from loyalty.ledger import Bill
from loyalty.services.earn import earn_points
from loyalty.services.expire import expire_points
from loyalty.services.reverse import reverse_transfer
from loyalty.services.set_terms import Offer, set_terms
from loyalty.services.spend import spend_points

__all__ = [
    "Bill",
    "Offer",
    "earn_points",
    "expire_points",
    "reverse_transfer",
    "set_terms",
    "spend_points",
]

"""Every public verb of the ledger."""

from loyalty.services.earn import earn_points
from loyalty.services.expire import expire_points
from loyalty.services.reverse import reverse_transfer
from loyalty.services.set_terms import set_terms
from loyalty.services.spend import spend_points

__all__ = ["earn_points", "expire_points", "reverse_transfer", "set_terms", "spend_points"]

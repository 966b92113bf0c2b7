"""The tables of merchants."""

from district.merchants.models.alliance import AllianceMembership
from district.merchants.models.clerk import Clerk, ClerkStore
from district.merchants.models.hours import OpeningHours
from district.merchants.models.merchant import Merchant
from district.merchants.models.store import Store
from district.merchants.models.till_key import TillKey, TillKeyStore
from district.merchants.models.trade import Trade
from district.merchants.models.venue import Venue
from district.merchants.models.visit import Visit

__all__ = [
    "AllianceMembership",
    "Clerk",
    "ClerkStore",
    "Merchant",
    "OpeningHours",
    "Store",
    "TillKey",
    "TillKeyStore",
    "Trade",
    "Venue",
    "Visit",
]

"""Merchants, stores, clerks and till keys in the back office; a merchant's people see their own."""

from district.merchants.admin import overview
from district.merchants.admin.clerks import ClerkAdmin
from district.merchants.admin.keys import TillKeyAdmin
from district.merchants.admin.merchants import AllianceMembershipAdmin, MerchantAdmin
from district.merchants.admin.stores import StoreAdmin
from district.merchants.admin.venues_and_trades import TradeAdmin, VenueAdmin

__all__ = [
    "AllianceMembershipAdmin",
    "ClerkAdmin",
    "MerchantAdmin",
    "StoreAdmin",
    "TillKeyAdmin",
    "TradeAdmin",
    "VenueAdmin",
    "overview",
]

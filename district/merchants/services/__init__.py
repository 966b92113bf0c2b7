"""Everything merchants do."""

from district.merchants.services.alliance_party import alliance_party
from district.merchants.services.appoint_clerk import appoint_clerk, dismiss_clerk
from district.merchants.services.create_fund import create_fund
from district.merchants.services.edit_merchant import MerchantDetails, edit_merchant, set_contact
from district.merchants.services.edit_store import StoreDetails, edit_store, introduce_store
from district.merchants.services.enrol_merchant import enrol_merchant, withdraw_merchant
from district.merchants.services.find_by_phone import find_by_phone
from district.merchants.services.issue_till_key import (
    IssuedTillKey,
    issue_till_key,
    revoke_till_key,
)
from district.merchants.services.note_key_use import note_key_use
from district.merchants.services.open_store import close_store, open_store
from district.merchants.services.open_visit import OpenedVisit, open_visit
from district.merchants.services.register_merchant import register_merchant
from district.merchants.services.rotate_till_key import rotate_till_key
from district.merchants.services.set_opening_hours import Stretch, set_opening_hours
from district.merchants.services.suspend_merchant import resume_merchant, suspend_merchant

__all__ = [
    "IssuedTillKey",
    "MerchantDetails",
    "OpenedVisit",
    "StoreDetails",
    "Stretch",
    "alliance_party",
    "appoint_clerk",
    "close_store",
    "create_fund",
    "dismiss_clerk",
    "edit_merchant",
    "edit_store",
    "enrol_merchant",
    "find_by_phone",
    "introduce_store",
    "issue_till_key",
    "note_key_use",
    "open_store",
    "open_visit",
    "register_merchant",
    "resume_merchant",
    "revoke_till_key",
    "rotate_till_key",
    "set_contact",
    "set_opening_hours",
    "suspend_merchant",
    "withdraw_merchant",
]

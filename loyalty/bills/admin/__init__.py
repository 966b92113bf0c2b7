"""Photographed bills and conflicts in the back office: looked at by people, decided by POST."""

from loyalty.bills.admin import overview
from loyalty.bills.admin.conflicts import BillConflictAdmin
from loyalty.bills.admin.photos import BillPhotoAdmin

__all__ = ["BillConflictAdmin", "BillPhotoAdmin", "overview"]

"""Photographed bills and conflicts in the back office: looked at by people, decided by POST."""

from loyalty.receipt_photos.admin import overview
from loyalty.receipt_photos.admin.conflicts import ReceiptConflictAdmin
from loyalty.receipt_photos.admin.photos import ReceiptPhotoAdmin

__all__ = ["ReceiptConflictAdmin", "ReceiptPhotoAdmin", "overview"]

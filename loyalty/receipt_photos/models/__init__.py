"""Photographed bills, their pictures, and bills that seem to be reported twice."""

from loyalty.receipt_photos.models.conflict import ReceiptConflict
from loyalty.receipt_photos.models.photo import PhotoPicture, ReceiptPhoto

__all__ = ["PhotoPicture", "ReceiptConflict", "ReceiptPhoto"]

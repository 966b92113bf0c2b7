"""Photographed bills, their pictures, and bills that seem to be told twice."""

from loyalty.bills.models.conflict import BillConflict
from loyalty.bills.models.photo import BillPhoto, PhotoPicture

__all__ = ["BillConflict", "BillPhoto", "PhotoPicture"]

"""Uploads and reconciliations in the back office."""

from loyalty.receipt_batches.admin.batches import BatchAdmin
from loyalty.receipt_batches.admin.reconciliations import ReconciliationAdmin

__all__ = ["BatchAdmin", "ReconciliationAdmin"]

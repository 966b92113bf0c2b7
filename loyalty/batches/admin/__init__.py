"""Uploads and reconciliations in the back office."""

from loyalty.batches.admin.batches import BatchAdmin
from loyalty.batches.admin.reconciliations import ReconciliationAdmin

__all__ = ["BatchAdmin", "ReconciliationAdmin"]

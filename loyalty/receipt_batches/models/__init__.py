"""The tables of batches and reconciliation."""

from loyalty.receipt_batches.models.batch import Batch, RowResult, StagedRow
from loyalty.receipt_batches.models.reconciliation import Difference, Reconciliation

__all__ = ["Batch", "Difference", "Reconciliation", "RowResult", "StagedRow"]

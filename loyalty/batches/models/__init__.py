"""The tables of batches and reconciliation."""

from loyalty.batches.models.batch import Batch, RowAnswer, StagedRow
from loyalty.batches.models.reconciliation import Difference, Reconciliation

__all__ = ["Batch", "Difference", "Reconciliation", "RowAnswer", "StagedRow"]

"""Every public verb of batches and reconciliation."""

from loyalty.receipt_batches.services.open import open_batch
from loyalty.receipt_batches.services.post_chunk import post_chunk
from loyalty.receipt_batches.services.process import process_batches
from loyalty.receipt_batches.services.purge import purge_batches
from loyalty.receipt_batches.services.receive import receive_content
from loyalty.receipt_batches.services.reconcile import DayTotals, TillCount, reconcile_day
from loyalty.receipt_batches.services.submit import submit_batch
from loyalty.receipt_batches.services.upload import upload_batch

__all__ = [
    "DayTotals",
    "TillCount",
    "open_batch",
    "post_chunk",
    "process_batches",
    "purge_batches",
    "receive_content",
    "reconcile_day",
    "submit_batch",
    "upload_batch",
]

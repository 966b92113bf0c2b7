"""Every public verb of batches and reconciliation."""

from loyalty.batches.services.open import open_batch
from loyalty.batches.services.post_chunk import post_chunk
from loyalty.batches.services.process import process_batches
from loyalty.batches.services.purge import purge_batches
from loyalty.batches.services.receive import receive_content
from loyalty.batches.services.reconcile import Counted, DayTotals, reconcile_day
from loyalty.batches.services.submit import submit_batch

__all__ = [
    "Counted",
    "DayTotals",
    "open_batch",
    "post_chunk",
    "process_batches",
    "purge_batches",
    "receive_content",
    "reconcile_day",
    "submit_batch",
]

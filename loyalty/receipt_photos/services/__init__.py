"""The verbs of photographed and doubtful bills."""

from loyalty.receipt_photos.services.confirm_photo import confirm_photo
from loyalty.receipt_photos.services.decide_conflict import keep_both, keep_earlier, keep_later
from loyalty.receipt_photos.services.purge_photos import close_lapsed_photos, purge_pictures
from loyalty.receipt_photos.services.queue_conflicts import (
    find_similar_receipts,
    queue_refused_purchase,
)
from loyalty.receipt_photos.services.reject_photo import reject_photo, withdraw_photo
from loyalty.receipt_photos.services.submit_photo import submit_photo

__all__ = [
    "close_lapsed_photos",
    "confirm_photo",
    "find_similar_receipts",
    "keep_both",
    "keep_earlier",
    "keep_later",
    "purge_pictures",
    "queue_refused_purchase",
    "reject_photo",
    "submit_photo",
    "withdraw_photo",
]

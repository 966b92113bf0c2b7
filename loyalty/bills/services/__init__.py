"""The verbs of photographed and doubtful bills."""

from loyalty.bills.services.confirm_photo import confirm_photo
from loyalty.bills.services.decide_conflict import keep_both, keep_earlier, keep_later
from loyalty.bills.services.queue_conflicts import find_look_alikes, queue_refused_bill
from loyalty.bills.services.reject_photo import reject_photo, withdraw_photo
from loyalty.bills.services.submit_photo import submit_photo
from loyalty.bills.services.sweep_photos import forget_pictures, lapse_photos

__all__ = [
    "confirm_photo",
    "find_look_alikes",
    "forget_pictures",
    "keep_both",
    "keep_earlier",
    "keep_later",
    "lapse_photos",
    "queue_refused_bill",
    "reject_photo",
    "submit_photo",
    "withdraw_photo",
]

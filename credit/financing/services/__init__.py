"""What can be done for merchants that look for finance."""

from credit.financing.services.institutions import (
    add_institution,
    ask_referral,
    record_referral_outcome,
    rotate_access_code,
    set_institution_active,
)
from credit.financing.services.reports import issue_report, revoke_report, view_report

__all__ = [
    "add_institution",
    "ask_referral",
    "issue_report",
    "record_referral_outcome",
    "revoke_report",
    "rotate_access_code",
    "set_institution_active",
    "view_report",
]

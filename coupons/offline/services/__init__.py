"""Every public verb of redemption without the network."""

from coupons.offline.services.conflicts import appeal_conflict, reject_appeal, uphold_appeal
from coupons.offline.services.log import UploadResult, upload_log
from coupons.offline.services.terminals import (
    change_allowance,
    equip_terminal,
    register_terminal,
    retire_terminal,
)

__all__ = [
    "UploadResult",
    "appeal_conflict",
    "change_allowance",
    "equip_terminal",
    "register_terminal",
    "reject_appeal",
    "retire_terminal",
    "uphold_appeal",
    "upload_log",
]

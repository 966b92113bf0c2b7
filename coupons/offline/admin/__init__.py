"""Terminals, their logs, and conflicts."""

from coupons.offline.admin.conflicts import RedemptionConflictAdmin
from coupons.offline.admin.terminals import LogEntryAdmin, TerminalAdmin

__all__ = ["LogEntryAdmin", "RedemptionConflictAdmin", "TerminalAdmin"]

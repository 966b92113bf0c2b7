"""Tills that go on without the network: what they may, what they did, and what collided."""

from coupons.offline.models.conflict import RedemptionConflict
from coupons.offline.models.log import LogEntry
from coupons.offline.models.terminal import Kit, Terminal

__all__ = ["Kit", "LogEntry", "RedemptionConflict", "Terminal"]

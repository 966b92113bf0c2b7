"""The kernel's screens."""

from district.kernel.admin.audit_and_events import AuditLineAdmin, OutboxRowAdmin
from district.kernel.admin.inbox import InboxRowAdmin

__all__ = ["AuditLineAdmin", "InboxRowAdmin", "OutboxRowAdmin"]

"""The kernel's screens."""

from district.kernel.admin.audit_and_events import AuditLineAdmin, OutboxRowAdmin
from district.kernel.admin.calendar import CalendarDayAdmin

__all__ = ["AuditLineAdmin", "CalendarDayAdmin", "OutboxRowAdmin"]

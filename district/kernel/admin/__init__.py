"""The kernel's screens."""

from district.kernel.admin.calendar import CalendarDayAdmin
from district.kernel.admin.journal import AuditLineAdmin, OutboxRowAdmin

__all__ = ["AuditLineAdmin", "CalendarDayAdmin", "OutboxRowAdmin"]

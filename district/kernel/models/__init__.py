"""The tables of the kernel."""

from district.kernel.models.audit import AuditLine
from district.kernel.models.idem import Idem
from district.kernel.models.inbox import InboxRow
from district.kernel.models.limits import RateWindow
from district.kernel.models.outbox import OutboxRow
from district.kernel.models.sqlfile import SqlFile

__all__ = ["AuditLine", "Idem", "InboxRow", "OutboxRow", "RateWindow", "SqlFile"]

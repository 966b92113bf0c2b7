"""The journal of one row, worded for people."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model

from district.kernel.backoffice.audit_labels import actor_texts, line_text
from district.kernel.models import AuditLine

MAX_LINES = 100


@dataclass(frozen=True)
class HistoryEntry:
    """One line: when, who, what. The facts of a line are for operators, on its own page."""

    at: datetime
    actor: str
    verb: str


def entries(row: Model) -> list[HistoryEntry]:
    """The newest lines about a row."""
    lines = list(AuditLine.objects.filter(subject=subject_of(row)).order_by("-pk")[:MAX_LINES])
    names = actor_texts(line.actor for line in lines)
    return [HistoryEntry(line.at, names[line.actor], line_text(line)) for line in lines]


def subject_of(row: Model) -> str:
    return f"{row._meta.app_label}.{row._meta.model_name}:{row.pk}"

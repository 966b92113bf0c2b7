"""What the CFPB's data say: who complained about which company when, and what the company is said to have done."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.utils.translation import gettext as _

from credit.complaints.machine.mapping import SourceComplaint
from district.replay.errors import UnreadableData
from district.replay.receipts.tables import find_table, read_rows

NAME = "cfpb_complaints"
_COLUMNS = (
    *("complaint_id", "company", "date_received", "date_sent_to_company"),
    *("company_response", "timely_response", "consumer_disputed", "product"),
)
_LONGEST_NUMBER, _LONGEST_TEXT = 12, 200
_WORDS = {"timely_response": {"Yes", "No"}, "consumer_disputed": {"Yes", "No", ""}}
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
# Nobody's calendar reaches further, and the replay's people are there from 2000 on.
_FIRST, _END = date(2000, 1, 2), date(2100, 1, 1)


@dataclass(frozen=True)
class ComplaintData:
    """The complaints in the order of their filing, then of their numbers."""

    complaints: tuple[SourceComplaint, ...]

    @property
    def companies(self) -> list[str]:
        return sorted({complaint.company for complaint in self.complaints})


def read(path: Path) -> ComplaintData:
    """The data set in a folder or file. Raises UnreadableData."""
    if not path.exists():
        raise UnreadableData(_("找不到 {path}。").format(path=path))
    table = find_table(path, "complaints")
    if table is None:
        raise UnreadableData(_("{path} 中没有 complaints.csv(.gz)。").format(path=path))
    rows: dict[int, SourceComplaint] = {}
    for row in read_rows(table, _COLUMNS, _row):
        if row.number in rows:
            raise UnreadableData(_("投诉 {number} 出现了两次。").format(number=row.number))
        rows[row.number] = row
    if not rows:
        raise UnreadableData(_("{path} 中没有投诉。").format(path=path))
    return ComplaintData(tuple(sorted(rows.values(), key=lambda row: (row.filed_at, row.number))))


def _row(cells: list[str]) -> SourceComplaint:
    """Raises ValueError."""
    row = dict(zip(_COLUMNS, cells, strict=True))
    number = row["complaint_id"]
    if not (number.isascii() and number.isdigit() and len(number) <= _LONGEST_NUMBER):
        raise ValueError(_("投诉编号有误：{text}").format(text=number[:20]))
    for name in ("company", "company_response"):
        if not 0 < len(row[name]) <= _LONGEST_TEXT or _CONTROL.search(row[name]):
            raise ValueError(_("{name} 有误：{text}").format(name=name, text=row[name][:20]))
    for name, words in _WORDS.items():
        if row[name] not in words:
            raise ValueError(_("{name} 有误：{text}").format(name=name, text=row[name][:20]))
    complaint = SourceComplaint.of(row)
    for day in (complaint.received_on, complaint.sent_on):
        if not _FIRST <= day < _END:
            raise ValueError(_("日期有误：{day}").format(day=day))
    return complaint

"""A job's answers as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from coupons.issuing.limits import CHUNK
from coupons.issuing.models import IssueJob, IssueRow
from coupons.issuing.queries import reason_of, rows_of


def answers_as_csv(job: IssueJob) -> Iterator[bytes]:
    """Line by line; with the mark by which spreadsheets know UTF-8. Every cell is of our own making."""
    heads = [_("行号"), _("会员"), _("结果"), _("券号"), _("原因代码"), _("原因")]
    yield b"\xef\xbb\xbf" + _line(heads)
    for row in rows_of(job).iterator(chunk_size=CHUNK):
        yield _line(_cells(row))


def _cells(row: IssueRow) -> list[Any]:
    return [
        row.line,
        row.member.public_id if row.member else "",
        row.get_outcome_display(),
        row.coupon.public_id if row.coupon else "",
        row.code,
        reason_of(row.code) if row.code else "",
    ]


def _line(cells: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow(cells)
    return text.getvalue().encode()

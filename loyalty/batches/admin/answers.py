"""A batch's answers as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from loyalty.batches import queries
from loyalty.batches.labels import reason_in_words
from loyalty.batches.models import Batch, RowAnswer

# A spreadsheet takes a cell that begins so for a formula.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def answers_as_csv(batch: Batch) -> Iterator[bytes]:
    """Line by line, however many there are; with the mark by which spreadsheets know UTF-8."""
    heads = [_("行号"), _("类型"), _("单号"), _("结果"), _("积分"), _("原因代码"), _("原因")]
    yield b"\xef\xbb\xbf" + _line(heads)
    for answer in queries.all_answers_of(batch):
        yield _line(_cells(answer))


def _cells(answer: RowAnswer) -> list[Any]:
    return [
        answer.line,
        answer.get_kind_display(),
        answer.number,
        answer.get_state_display(),
        answer.points,
        answer.code,
        reason_in_words(answer.problem or {}),
    ]


def _line(cells: list[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerow([_harmless(cell) for cell in cells])
    return text.getvalue().encode()


def _harmless(cell: Any) -> Any:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell

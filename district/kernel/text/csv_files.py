"""Reading CSV, as spreadsheets write it: one reader for every file, whoever brings it.

UTF-8 with or without its mark; commas, semicolons or tabs. Empty rows, columns without a name at the end
and empty cells beyond the named columns hold nothing and are passed over.
"""

import csv
from collections.abc import Iterable, Sequence
from typing import Self

from django.utils.translation import gettext_lazy as _

SEPARATORS = ",;\t"
MARK = b"\xef\xbb\xbf"
# What a row without content consists of: separators, quotes and blanks.
_EMPTY_BYTES = (SEPARATORS + '" \r\n').encode()
NOT_UTF8 = _("文件须是 UTF-8 编码的 CSV：在 Excel 中请“另存为”，类型选“CSV UTF-8（逗号分隔）”。")


class CsvError(Exception):
    """A line that is no CSV, or has content where no column is named; the message is for people."""


class CsvReader:
    """The rows of lines of CSV. Text behind a closing quote and a quote that never ends are refused; `line` is
    the number of the line that was read last, from 1."""

    def __init__(self, lines: Iterable[str], separator: str = ",") -> None:
        self._rows = csv.reader(lines, delimiter=separator, strict=True)

    @property
    def line(self) -> int:
        return self._rows.line_num

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> list[str]:
        """Raises CsvError."""
        try:
            return next(self._rows)
        except csv.Error:
            raise CsvError(str(_("这一行不是有效的 CSV（UTF-8）。"))) from None


def is_empty(line: bytes) -> bool:
    """Whether a line holds no content, however many cells it has."""
    return not line.strip(_EMPTY_BYTES)


def separator_of(header: str) -> str:
    """What separates the cells of a file with this first line: what it has most of outside of quotes."""
    outside = "".join(header.split('"')[::2])
    return max(SEPARATORS, key=outside.count)


def names_of(cells: Sequence[str]) -> list[str]:
    """The names of the columns, without the unnamed ones at the end."""
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names


def cells_of(line: str, separator: str = ",") -> list[str]:
    """The cells of one line. Raises CsvError."""
    return next(CsvReader([line], separator), [])


def named(names: Sequence[str], cells: Sequence[str]) -> dict[str, str]:
    """The cells that have content, by the names of their columns. Raises CsvError for content in a column
    without a name."""
    by_position = {at: cell for at, cell in enumerate(cells) if cell.strip()}
    if any(at >= len(names) for at in by_position):
        raise CsvError(str(_("这一行的列多于表头。")))
    if any(not names[at] for at in by_position):
        raise CsvError(str(_("这一行在没有列名的列里有内容。")))
    return {names[at]: cell for at, cell in by_position.items()}

"""Tables as files for a spreadsheet, CSV or workbook: one writer for everything that is downloaded.

Texts stay what they are: in a workbook they are text cells, so that long numbers, `0012` and `2026-1-2`
are not read as something else; in a CSV what a spreadsheet would take for a formula gets an apostrophe.
Rows are written as they come, in memory that does not grow with them.
"""

import csv
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import xlsxwriter
from django.http import FileResponse, StreamingHttpResponse
from django.utils.translation import gettext as _

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet, or a program that folds wide letters to narrow ones, takes a text for a formula by.
_FORMULA = frozenset("=+-@\N{MINUS SIGN}")
_LINE_ENDS = dict.fromkeys(map(ord, "\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029"), " ")
# Excel takes a file without it for GBK.
_BOM = "\ufeff"
# A sheet holds so many rows; what is more goes on in another one.
_SHEET_ROWS = 1_000_000
# A spreadsheet's numbers are doubles; what they cannot hold is written as text.
_MOST_DIGITS = 15
_MEMORY = 1 << 20


@dataclass(frozen=True, slots=True)
class Yuan:
    """A sum that is shown in yuan with two decimals."""

    fen: int

    def __str__(self) -> str:
        yuan, rest = divmod(abs(self.fen), 100)
        return f"{'-' if self.fen < 0 else ''}{yuan}.{rest:02d}"


Cell = str | int | Yuan | None


@dataclass(frozen=True)
class Table:
    """A title, the heads of its columns, and its rows, which may be streamed; of the columns in `totals`,
    each of whole numbers (int) or of sums (Yuan), the last row is the total."""

    title: str
    heads: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    totals: Mapping[int, type[int] | type[Yuan]] = field(default_factory=dict)

    def lines(self) -> Iterator[tuple[bool, Sequence[Cell]]]:
        """The rows, and whether each is the total. A table without rows has no total either."""
        sums = dict.fromkeys(self.totals, 0)
        empty = True
        for row in self.rows:
            for column in self.totals:
                cell = row[column]
                amount = cell.fen if isinstance(cell, Yuan) else cell
                assert amount is None or isinstance(amount, int)
                sums[column] += amount or 0
            empty = False
            yield False, [_plain(cell) for cell in row]
        if sums and not empty:
            total: list[Cell] = [_("合计"), *[None] * (len(self.heads) - 1)]
            for column, amount in sums.items():
                total[column] = self.totals[column](amount)
            yield True, total


def _plain(cell: Cell) -> Cell:
    # Words of ours may be translated as late as this.
    return cell if cell is None or isinstance(cell, int | Yuan) else str(cell)


def harmless(cell: Cell) -> Cell:
    """A text that no spreadsheet takes for a formula, on one line; numbers stay numbers.

    What is looked at is what remains without blanks, controls and letters of no width at the front, with
    wide letters made narrow: `＝1+1` and a mark before `=` are as dangerous as `=1+1`.
    """
    if not isinstance(cell, str):
        return cell
    first_visible = next((sign for sign in cell if not _is_unseen(sign)), "")
    if unicodedata.normalize("NFKC", first_visible)[:1] in _FORMULA or cell[:1] in {
        "\t",
        "\r",
        "\n",
    }:
        return "'" + cell.translate(_LINE_ENDS)
    return cell.translate(_LINE_ENDS)


def csv_answer(name: str, tables: Iterable[Table], *, titled: bool = True) -> StreamingHttpResponse:
    """The tables as a CSV of that name, one after another, streamed; `titled` each under its title."""
    lines = (text.encode() for text in csv_lines(tables, titled=titled))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def xlsx_answer(name: str, tables: Iterable[Table]) -> FileResponse:
    """The tables as a workbook of that name. Large ones go to the disk; the file is gone when it was sent."""
    file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115 - the answer closes it
    write_xlsx(tables, file)  # type: ignore[arg-type]  # a spooled file is one to write to
    file.seek(0)
    answer = FileResponse(file, content_type=XLSX)
    answer["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return answer


class _Line:
    """What csv writes a line to, to be handed on at once."""

    def write(self, text: str) -> str:
        return text


def csv_lines(tables: Iterable[Table], *, titled: bool = True) -> Iterator[str]:
    """The lines of a CSV, the first with the mark by which spreadsheets know UTF-8."""
    writer: Any = csv.writer(_Line())
    yield _BOM
    for table in tables:
        if titled:
            yield writer.writerow([table.title])
        yield writer.writerow([harmless(str(head)) for head in table.heads])
        for _total, row in table.lines():
            yield writer.writerow([harmless(cell) for cell in row])
        if titled:
            yield writer.writerow([])


def write_xlsx(tables: Iterable[Table], file: BinaryIO) -> None:
    """A workbook with a sheet for each table: text cells for texts, and numbers with a format."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        formats = _Formats(book)
        for table in tables:
            _write_sheets(book, table, formats)


class _Formats:
    """How cells are shown, in rows and in the total."""

    def __init__(self, book: Any) -> None:
        self.head = book.add_format({"bold": True, "num_format": "@"})
        number_formats = {str: "@", int: "#,##0", Yuan: "#,##0.00"}
        self._of = {
            (kind, total): book.add_format({"num_format": form} | ({"bold": True} if total else {}))
            for kind, form in number_formats.items()
            for total in (False, True)
        }

    def of(self, cell: Cell, *, total: bool) -> Any:
        return self._of[type(cell), total]  # type: ignore[index]  # nothing is not written


def _write_sheets(book: Any, table: Table, formats: _Formats) -> None:
    sheet, line, part = None, 0, 0
    for total, row in table.lines():
        if sheet is None or line == _SHEET_ROWS:
            part += 1
            sheet, line = _sheet(book, table, part, formats), 1
        for column, cell in enumerate(row):
            _write_cell(sheet, line, column, cell, formats, total=total)
        line += 1
    if sheet is None:
        _sheet(book, table, 1, formats)


def _sheet(book: Any, table: Table, part: int, formats: _Formats) -> Any:
    sheet = book.add_worksheet(table.title if part == 1 else f"{table.title} {part}")
    sheet.freeze_panes(1, 0)
    heads = [str(head) for head in table.heads]
    for column, head in enumerate(heads):
        # A wide letter takes two places.
        sheet.set_column(column, column, max(12, 2 * len(head) + 2))
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, formats.head)
    return sheet


def _write_cell(
    sheet: Any, line: int, column: int, cell: Cell, formats: _Formats, *, total: bool
) -> None:
    if cell is None:
        return
    amount = cell.fen if isinstance(cell, Yuan) else cell
    form = formats.of(cell, total=total)
    if isinstance(amount, str) or len(str(abs(amount))) > _MOST_DIGITS:
        sheet.write_string(line, column, str(cell), form)
    elif isinstance(cell, Yuan):
        sheet.write_number(line, column, cell.fen / 100, form)
    else:
        sheet.write_number(line, column, amount, form)


def _is_unseen(sign: str) -> bool:
    return sign.isspace() or unicodedata.category(sign) in {"Cc", "Cf", "Zs", "Zl", "Zp", "Mn"}

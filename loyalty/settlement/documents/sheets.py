"""A statement as CSV, row by row, and as a workbook that is written row by row."""

import csv
from collections.abc import Iterator
from typing import Any, BinaryIO

import xlsxwriter

from loyalty.settlement.documents.tables import Cell, Paper, Table
from loyalty.settlement.models import Statement

# What makes a spreadsheet take a text for a formula. Numbers on paper come from tills and names from
# people; neither may make another's computer do anything.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
# Excel takes a file without it for GBK.
_BOM = "\ufeff"
# A sheet holds so many rows; what is more goes on in another one.
_SHEET_ROWS = 1_000_000


class _Row:
    """What csv writes a line to, to be handed on at once."""

    def write(self, text: str) -> str:
        return text


def statement_csv(statement: Statement) -> Iterator[str]:
    """A statement with everything it is made of, one table after another, streamed."""
    writer = csv.writer(_Row())
    yield _BOM
    for table in _tables(Paper(statement)):
        yield writer.writerow([table.title])  # type: ignore[misc]  # csv hands on what write gives
        yield writer.writerow(table.heads)  # type: ignore[misc]  # likewise
        for row in table.rows:
            yield writer.writerow([_harmless(cell) for cell in row])  # type: ignore[misc]  # likewise
        yield writer.writerow([])  # type: ignore[misc]  # likewise


def statement_xlsx(statement: Statement, file: BinaryIO) -> None:
    """The same as a workbook, a sheet for each table, in memory that does not grow with the rows."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(file, options) as book:
        bold = book.add_format({"bold": True})
        for table in _tables(Paper(statement)):
            _write(book, table, bold)


def _tables(paper: Paper) -> Iterator[Table]:
    yield paper.summary()
    yield paper.line_table()
    yield from paper.others()
    yield paper.movement_table()
    yield paper.booking_table()


def _write(book: Any, table: Table, bold: Any) -> None:
    sheet, line, part = None, 0, 0
    for row in _with_heads(table):
        if sheet is None or line == _SHEET_ROWS:
            part += 1
            sheet = book.add_worksheet(table.title if part == 1 else f"{table.title} {part}")
            sheet.freeze_panes(1, 0)
            if part > 1:
                sheet.write_row(0, 0, table.heads, bold)
            line = 0 if part == 1 else 1
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(line, column, cell)
            elif cell is not None:
                sheet.write_string(line, column, cell, bold if line == 0 else None)
        line += 1


def _with_heads(table: Table) -> Iterator[Any]:
    yield table.heads
    yield from table.rows


def _harmless(cell: Cell) -> Cell:
    if isinstance(cell, str) and cell.startswith(_FORMULA):
        return "'" + cell
    return cell

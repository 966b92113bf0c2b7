"""A statement as one page of HTML that prints as it stands: no script, nothing from elsewhere."""

from typing import Any

from django.template.loader import render_to_string

from district.kernel.text.money import format_yuan
from district.kernel.text.sheets import Cell, Table, Yuan
from loyalty.settlement.documents.tables import StatementDocument
from loyalty.settlement.models import Statement


def statement_page(statement: Statement) -> str:
    """The statement and its lines; the single movements stand in the workbook."""
    paper = StatementDocument(statement)
    tables = [paper.line_table(), *paper.others(), paper.exact_table()]
    context: dict[str, Any] = {
        "paper": paper,
        "own": paper.statement,
        "due": format_yuan(abs(paper.statement.due)),
        "summary": [[_cell_data(cell) for cell in row] for row in paper.summary().rows],
        "tables": [_filled(table) for table in tables],
    }
    return render_to_string("settlement/statement.html", context)


def _filled(table: Table) -> dict[str, Any]:
    rows = [(total, [_cell_data(cell) for cell in row]) for total, row in table.lines()]
    heads = [
        {"text": head, "number": any(cells[at]["number"] for _total, cells in rows)}
        for at, head in enumerate(table.heads)
    ]
    return {
        "title": table.title,
        "heads": heads,
        "rows": [{"total": total, "cells": cells} for total, cells in rows],
    }


def _cell_data(cell: Cell) -> dict[str, Any]:
    """A cell as text, and whether it is a number, which stands at the right."""
    match cell:
        case Yuan():
            return {"text": format_yuan(cell.fen), "number": True}
        case int():
            return {"text": f"{cell:,}", "number": True}
    return {"text": cell or "", "number": False}

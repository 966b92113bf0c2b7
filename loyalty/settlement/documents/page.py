"""A statement as one page of HTML that prints as it stands: no script, nothing from elsewhere."""

from typing import Any

from django.template.loader import render_to_string

from district.kernel.money import format_yuan
from loyalty.settlement.documents.tables import Paper, Table
from loyalty.settlement.models import Statement


def statement_page(statement: Statement) -> str:
    """The statement and its lines; the single movements stand in the workbook."""
    paper = Paper(statement)
    tables = [paper.line_table(), *paper.others()]
    context: dict[str, Any] = {
        "paper": paper,
        "own": paper.statement,
        "due": format_yuan(abs(paper.statement.due)),
        "summary": list(paper.summary().rows),
        "tables": [_filled(table) for table in tables],
    }
    return render_to_string("settlement/statement.html", context)


def _filled(table: Table) -> dict[str, Any]:
    rows = [
        [
            {
                "text": f"{cell:,}" if isinstance(cell, int) else cell,
                "number": isinstance(cell, int),
            }
            for cell in row
        ]
        for row in table.rows
    ]
    return {"title": table.title, "heads": table.heads, "rows": rows}

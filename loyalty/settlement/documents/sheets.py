"""A statement as tables for a spreadsheet."""

from collections.abc import Iterator

from district.kernel.text.sheets import Table
from loyalty.settlement.documents.tables import StatementDocument
from loyalty.settlement.models import Statement


def statement_tables(statement: Statement) -> Iterator[Table]:
    """A statement with everything it is made of, one table after another; long ones are streamed."""
    paper = StatementDocument(statement)
    yield paper.summary()
    yield paper.line_table()
    yield from paper.others()
    yield paper.exact_table()
    yield paper.movement_table()
    yield paper.booking_table()

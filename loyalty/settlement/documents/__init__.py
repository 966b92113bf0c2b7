"""A statement on paper: CSV, a workbook, a page to print."""

from loyalty.settlement.documents.page import statement_page
from loyalty.settlement.documents.sheets import statement_csv, statement_xlsx

__all__ = ["statement_csv", "statement_page", "statement_xlsx"]

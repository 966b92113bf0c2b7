"""A statement on paper: tables for a spreadsheet, a page to print."""

from loyalty.settlement.documents.page import statement_page
from loyalty.settlement.documents.sheets import statement_tables

__all__ = ["statement_page", "statement_tables"]

"""The back office of the fund: books, members, cases to pay, what merchants owe."""

from credit.compensation.admin import books, claims, payments, scheme

__all__ = ["books", "claims", "payments", "scheme"]

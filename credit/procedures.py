"""The only Python that calls the SQL functions of credit."""

from district.kernel.database.postgres import call_unguarded


def lock_score_policies() -> None:
    """Until this transaction ends nobody else changes which policies there are."""
    call_unguarded("credit_lock_score_policies")

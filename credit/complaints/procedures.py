"""The only Python that calls the SQL functions of complaints."""

from district.kernel.database.postgres import call_unguarded


def lock_shopper(member: int) -> None:
    """Until this transaction ends nobody else files for the shopper."""
    call_unguarded("complaints_lock_shopper", member)


def lock_case(case: int) -> None:
    """Until this transaction ends nobody else acts on the case."""
    call_unguarded("complaints_lock_case", case)

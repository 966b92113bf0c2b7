"""The only Python that calls the SQL functions of complaints."""

from datetime import datetime

from district.kernel.database.postgres import call_unguarded


def lock_shopper(member: int) -> None:
    """Until this transaction ends nobody else files for the shopper."""
    call_unguarded("complaints_lock_shopper", member)


def lock_case(case: int) -> None:
    """Until this transaction ends nobody else acts on the case."""
    call_unguarded("complaints_lock_case", case)


def read_notices(member: int, notices: list[str], at: datetime) -> int:
    """Mark notices of the shopper as read, each once; how many were new."""
    count: int = call_unguarded("complaints_read_notices", member, notices, at)
    return count

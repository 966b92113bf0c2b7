"""The only Python that calls the SQL functions of evidence."""

from district.kernel.database.postgres import call_unguarded


def lock_owner(user: int) -> None:
    """Until this transaction ends nobody else stores or binds a file of this person."""
    call_unguarded("evidence_lock_owner", user)


def lock_subject(subject: str) -> None:
    """Until this transaction ends nobody else binds a file to this case."""
    call_unguarded("evidence_lock_subject", subject)

"""Whom a job goes to, and how far it is."""

from coupons.issuing.queries.answers import counts_of, reason_of, rows_of
from coupons.issuing.queries.people import (
    MEMBER_CLOSED,
    MEMBER_UNKNOWN,
    ROW_REPEATED,
    ROW_UNREADABLE,
    Answer,
    buyers,
    joined,
    named,
    tagged,
)

__all__ = [
    "MEMBER_CLOSED",
    "MEMBER_UNKNOWN",
    "ROW_REPEATED",
    "ROW_UNREADABLE",
    "Answer",
    "buyers",
    "counts_of",
    "joined",
    "named",
    "reason_of",
    "rows_of",
    "tagged",
]

"""Whom a job goes to, and how far it is."""

from coupons.issuing.queries.recipients import (
    MEMBER_CLOSED,
    MEMBER_UNKNOWN,
    ROW_REPEATED,
    ROW_UNREADABLE,
    ResolvedLine,
    members_of_list,
    members_who_bought,
    members_who_joined,
    members_with_tag,
)
from coupons.issuing.queries.results import counts_of, reason_text, rows_of

__all__ = [
    "MEMBER_CLOSED",
    "MEMBER_UNKNOWN",
    "ROW_REPEATED",
    "ROW_UNREADABLE",
    "ResolvedLine",
    "counts_of",
    "members_of_list",
    "members_who_bought",
    "members_who_joined",
    "members_with_tag",
    "reason_text",
    "rows_of",
]

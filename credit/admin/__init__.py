"""The back office of credit: codes, what was verified, inspected, recorded and objected to."""

from credit.admin import (
    case_outcomes,
    codes,
    inspections,
    objections,
    policies,
    profiles,
    ratings,
    records,
    snapshots,
)

__all__ = [
    "case_outcomes",
    "codes",
    "inspections",
    "objections",
    "policies",
    "profiles",
    "ratings",
    "records",
    "snapshots",
]

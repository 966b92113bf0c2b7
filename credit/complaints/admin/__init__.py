"""The back office of complaints: the queues of officers, reviewers and merchants, tip-offs, terms, and what was left behind."""

from credit.complaints.admin import (
    complaints,
    contact,
    oversight,
    policies,
    records,
    templates,
    tip_offs,
    walk_ins,
)

__all__ = [
    "complaints",
    "contact",
    "oversight",
    "policies",
    "records",
    "templates",
    "tip_offs",
    "walk_ins",
]

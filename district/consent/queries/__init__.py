"""What is asked of consent."""

from district.consent.queries.chains import current_of, document_of, find_broken_chains
from district.consent.queries.notices import (
    current_notice,
    current_notices,
    may_ask,
    notices_in_force,
    released_notice,
)
from district.consent.queries.permission import allowed_members, may, reasons
from district.consent.queries.switches import ConsentSwitch, switch_at, switches_of

__all__ = [
    "ConsentSwitch",
    "allowed_members",
    "current_notice",
    "current_notices",
    "current_of",
    "document_of",
    "find_broken_chains",
    "may",
    "may_ask",
    "notices_in_force",
    "reasons",
    "released_notice",
    "switch_at",
    "switches_of",
]

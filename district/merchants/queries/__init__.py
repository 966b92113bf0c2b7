"""Questions about merchants, the front door for other apps."""

from district.merchants.queries.alliance import alliance_store, is_member, require_alliance
from district.merchants.queries.scope import (
    is_operator,
    live_post,
    rows_of_post,
    scoped,
    stores_of,
)
from district.merchants.queries.till import RememberedTill, Till, remembered_till, till_for
from district.merchants.queries.visits import require_live, visit_at

__all__ = [
    "RememberedTill",
    "Till",
    "alliance_store",
    "is_member",
    "is_operator",
    "live_post",
    "remembered_till",
    "require_alliance",
    "require_live",
    "rows_of_post",
    "scoped",
    "stores_of",
    "till_for",
    "visit_at",
]

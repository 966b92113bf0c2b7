"""Pure: what each role of a merchant may do."""

from typing import Final, Literal, get_args

from district.merchants.models import Clerk

Act = Literal[
    "view_store",
    "edit_store",
    "edit_merchant",
    "manage_keys",
    "appoint_cashiers",
    "appoint_clerks",
    "view_receipts",
    "view_clearing",
    "work_the_till",
    "post_refunds",
    "settle_bills",
    "upload_batches",
    "run_campaigns",
]
ACTS: Final[frozenset[Act]] = frozenset(get_args(Act))

_MAY: Final[dict[str, frozenset[Act]]] = {
    Clerk.Role.OWNER: ACTS,
    Clerk.Role.MANAGER: ACTS - {"edit_merchant", "appoint_clerks", "view_clearing"},
    Clerk.Role.CASHIER: frozenset({"view_store", "view_receipts", "work_the_till"}),
    Clerk.Role.FINANCE: frozenset({"view_store", "view_receipts", "view_clearing"}),
}


def can(clerk: Clerk | None, act: Act) -> bool:
    """Whether a live post allows the act; nobody's post and an ended one allow nothing."""
    if act not in ACTS:
        raise ValueError(act)
    return clerk is not None and clerk.ended_at is None and act in _MAY[clerk.role]

"""Pure: what each role of a merchant may do."""

from typing import Final, Literal, get_args

from district.merchants.models import Clerk

Permission = Literal[
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
PERMISSIONS: Final[frozenset[Permission]] = frozenset(get_args(Permission))

_PERMISSIONS_OF_ROLE: Final[dict[str, frozenset[Permission]]] = {
    Clerk.Role.OWNER: PERMISSIONS,
    Clerk.Role.MANAGER: PERMISSIONS - {"edit_merchant", "appoint_clerks", "view_clearing"},
    Clerk.Role.CASHIER: frozenset({"view_store", "view_receipts", "work_the_till"}),
    Clerk.Role.FINANCE: frozenset({"view_store", "view_receipts", "view_clearing"}),
}


def can(clerk: Clerk | None, act: Permission) -> bool:
    """Whether a live post allows the act; nobody's post and an ended one allow nothing."""
    if act not in PERMISSIONS:
        raise ValueError(act)
    return clerk is not None and clerk.ended_at is None and act in _PERMISSIONS_OF_ROLE[clerk.role]

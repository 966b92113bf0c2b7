"""What each role of a merchant may do, as the apps say it (`DistrictApp.permissions`)."""

from functools import cache

from district.kernel import plugin
from district.merchants.models import Clerk

# A name such as `manage_keys`; the owner of a merchant has every one of them.
Permission = str


@cache
def permissions_of(role: str) -> frozenset[Permission]:
    """What a role may do."""
    roles = plugin.permissions()
    if role == Clerk.Role.OWNER:
        return frozenset(roles)
    return frozenset(name for name, granted in roles.items() if role in granted)


def can(clerk: Clerk | None, act: Permission) -> bool:
    """Whether a live post allows the act; nobody's post and an ended one allow nothing.

    Raises ValueError for a permission that no app brings: a mistake in the program.
    """
    if act not in plugin.permissions():
        raise ValueError(act)
    return clerk is not None and clerk.ended_at is None and act in permissions_of(clerk.role)

"""Questions about terminals and conflicts."""

from django.db.models import QuerySet

from coupons.offline.models import LogEntry, RedemptionConflict, Terminal
from district.kernel.errors import NotFound
from district.members.models import Member
from district.merchants.queries.till import Till


def terminal_of(till: Till, public_id: str) -> Terminal:
    """A terminal of a store that this till key works for. Raises NotFound."""
    found = Terminal.objects.select_related("store").filter(public_id=public_id).first()
    if found is None or found.store.public_id not in till.stores:
        raise NotFound
    return found


def with_relations(entries: list[LogEntry]) -> list[LogEntry]:
    """The entries in their order, with all that their answer shows."""
    rows = LogEntry.objects.select_related("redemption", "conflict", "coupon", "kit")
    found = rows.in_bulk([entry.pk for entry in entries])
    return [found[entry.pk] for entry in entries]


def conflicts_of(member: Member) -> QuerySet[RedemptionConflict]:
    """What went wrong with a member's coupons at tills without a network."""
    rows = RedemptionConflict.objects.filter(member=member)
    return rows.select_related("store", "winner__store", "entry__coupon__version__template")

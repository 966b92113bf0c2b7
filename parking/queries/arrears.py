"""What was left unpaid of stays: how much it is now, whose it is, and what it means for a member."""

from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet

from district.kernel.errors import NotFound
from district.members.models import Member
from parking.models import Arrears, ParkingTicket, Stay, Vehicle, WechatCharge
from parking.queries.fees import due_of

State = Arrears.State
# As after a payment at the gate.
LEAVES_WITHIN = timedelta(minutes=15)


def arrears() -> QuerySet[Arrears]:
    """With all that is shown of them."""
    return Arrears.objects.select_related("stay__car_park__merchant", "order", "member")


def arrears_of(member: Member) -> QuerySet[Arrears]:
    return arrears().filter(member=member)


def arrears_of_member(member: Member, public_id: str) -> Arrears:
    """A member's own ones. Raises NotFound, also for somebody else's."""
    found = arrears_of(member).filter(public_id=public_id).first()
    if found is None:
        raise NotFound
    return found


def in_the_way(at: datetime) -> Q:
    """Arrears that are open though they were to be paid by now."""
    return Q(state=State.OPEN, due_at__lte=at)


def paid_late_or_not(since: datetime, at: datetime) -> Q:
    """Arrears since an instant that were not paid in time. What was written off is held against nobody."""
    late = Q(state=State.OPEN, due_at__lte=at) | Q(state=State.PAID, closed_at__gt=F("due_at"))
    return Q(opened_at__gt=since) & late


def due_fen_of(stay: Stay, at: datetime) -> int:
    """What is due of a stay; nothing where it cannot be priced."""
    due = due_of(stay, at)
    return due.due_fen if due else 0


def owed_fen(stay: Stay, at: datetime) -> int:
    """What a stay owes at an instant; what WeChat has taken for it and not paid yet is not owed.

    Who leaves soon after that owes nothing more.
    """
    due_fen = due_fen_of(stay, at)
    taken = (
        WechatCharge.objects.filter(
            Q(entry=stay.pk) | Q(entry__stay__merged_into=stay), state__in=WechatCharge.UNDER_WAY
        )
        .order_by("pk")
        .first()
    )
    if due_fen <= 0 or taken is None:
        return max(0, due_fen)
    leaves_in_time = at <= (taken.accepted_at or taken.wanted_at) + LEAVES_WITHIN
    return 0 if leaves_in_time else max(0, due_fen - taken.amount_fen)


def debtor_of(stay: Stay) -> Member | None:
    """Whose the stay is beyond doubt: of whom WeChat charges it, whose papers somebody saw, or who
    scanned the ticket.

    None where another member had the plate before: it may have been theirs then.
    """
    if not stay.colour:
        ticket = ParkingTicket.objects.filter(ticket_hash=stay.plate_hash)
        bound = ticket.select_related("member").first()
        return bound.member if bound else None
    rows = Vehicle.objects.filter(plate_hash=stay.plate_hash, colour=stay.colour)
    charged = rows.filter(wechat_entries=stay.pk).select_related("member").first()
    if charged is not None:
        return charged.member
    holder = (
        rows.filter(removed_at=None, verified_at__isnull=False).select_related("member").first()
    )
    if holder is None or rows.exclude(member=holder.member_id).exists():
        return None
    return holder.member

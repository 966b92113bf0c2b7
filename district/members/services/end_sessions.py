"""Signing a member out everywhere, by an operator: a lost phone, a stolen token."""

from collections.abc import Collection

from django.db import transaction

from district.kernel import audit, clock
from district.members.models import Member, ShopperSession, User


@transaction.atomic
def end_sessions(*, member: Member, sessions: Collection[ShopperSession], by: User | None) -> int:
    """How many of these sessions of the member were live and are dead now."""
    live = ShopperSession.objects.filter(
        member=member, pk__in=[session.pk for session in sessions], revoked_at=None
    )
    ended = live.update(revoked_at=clock.real_now())
    if ended:
        audit.record(
            by=by, verb="end_sessions", subject=f"members.member:{member.pk}", sessions=ended
        )
    return ended

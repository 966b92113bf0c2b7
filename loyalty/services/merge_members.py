"""Merging: one person who joined twice becomes one member with all of the points."""

from django.db import transaction

from district.kernel import audit, clock
from district.kernel.idempotency import Key, claim_key, store_result
from district.members import services as members
from district.members.models import Member, User
from loyalty import procedures
from loyalty.errors import AccountFrozen, AccountMerged, MergeWithItself
from loyalty.models import PointsAccount


@transaction.atomic
def merge_members(*, source: Member, into: Member, reason: str, by: User, key: Key) -> Member:
    """`into` with every point and debt of the source, and its WeChat accounts, sessions and phone.

    The source is closed: tills no longer find it, its refunds act on `into`. A frozen account is
    looked into first, an open hold ended first.

    Raises AccountClosed, AccountFrozen, AccountHoldsPoints, AccountMerged, KeyReused,
    MergeWithItself.
    """
    if (earlier := claim_key(key)) is not None:
        return Member.objects.get(pk=earlier)
    if source.pk == into.pk:
        raise MergeWithItself
    at = clock.now()
    for member in sorted({source.pk, into.pk}):
        if procedures.lock_account(member=member, at=at) != member:
            raise AccountMerged
    if PointsAccount.objects.filter(pk__in=[source.pk, into.pk], frozen_at__isnull=False).exists():
        raise AccountFrozen
    points = procedures.merge(
        source=source.pk, into=into.pk, reason=reason, actor=f"user:{by.pk}", at=at
    )
    merged = members.absorb_member(source=source, into=into, reason=reason, by=by)
    audit.record(
        by=by,
        verb="merge_members",
        subject=f"members.member:{source.pk}",
        into=into.pk,
        points=points,
        reason=reason,
    )
    store_result(key, merged.pk)
    return merged

"""Freezing: a member's points stay where they are until somebody has looked into it."""

from django.db import transaction

from district.kernel import audit, clock
from district.members.models import Member, User
from loyalty import procedures
from loyalty.errors import AccountMerged
from loyalty.models import PointsAccount


@transaction.atomic
def freeze_account(*, member: Member, reason: str, by: User) -> PointsAccount:
    """From now on nothing is spent, held or captured; earning and refunds go on. Twice changes nothing.

    Raises AccountMerged: the points are with another member.
    """
    account = _lock_account(member)
    if account.frozen_at is None:
        account.frozen_at, account.frozen_reason = clock.now(), reason
        _save(account, "freeze_account", reason, by)
    return account


@transaction.atomic
def unfreeze_account(*, member: Member, reason: str, by: User) -> PointsAccount:
    """The member may spend again. Raises AccountMerged."""
    account = _lock_account(member)
    if account.frozen_at is not None:
        account.frozen_at, account.frozen_reason = None, ""
        _save(account, "unfreeze_account", reason, by)
    return account


def _lock_account(member: Member) -> PointsAccount:
    """The member's account, made when it is missing, held until this transaction ends."""
    if procedures.lock_account(member=member.pk, at=clock.now()) != member.pk:
        raise AccountMerged
    return PointsAccount.objects.get(pk=member.pk)


def _save(account: PointsAccount, verb: str, reason: str, by: User) -> None:
    account.save(update_fields=["frozen_at", "frozen_reason"])
    audit.record(by=by, verb=verb, subject=f"loyalty.pointsaccount:{account.pk}", reason=reason)

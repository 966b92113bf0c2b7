"""Letting somebody run the district, and no longer."""

from django.contrib.auth.models import Group
from django.db import transaction

from district.kernel import audit
from district.members.errors import AccountNotStaff
from district.members.models import User
from district.members.operators import OPERATORS


@transaction.atomic
def make_operator(*, user: User, by: User | None) -> User:
    """The person may see and run the whole district; doing it again changes nothing.

    Raises AccountNotStaff.
    """
    user = _locked(user)
    if not user.groups.filter(name=OPERATORS).exists():
        user.groups.add(Group.objects.get(name=OPERATORS))
        audit.record(by=by, verb="make_operator", subject=f"members.user:{user.pk}")
    return user


@transaction.atomic
def unmake_operator(*, user: User, by: User | None) -> User:
    """The person runs the district no longer; doing it again changes nothing.

    Raises AccountNotStaff.
    """
    user = _locked(user)
    if user.groups.filter(name=OPERATORS).exists():
        user.groups.remove(Group.objects.get(name=OPERATORS))
        audit.record(by=by, verb="unmake_operator", subject=f"members.user:{user.pk}")
    return user


def _locked(user: User) -> User:
    row = User.objects.staff().select_for_update(no_key=True).filter(pk=user.pk).first()
    if row is None:
        raise AccountNotStaff
    return row

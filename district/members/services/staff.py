"""Accounts of staff: made, given a new password, switched off and on again; never deleted."""

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from district.kernel import audit, idempotency
from district.kernel.idempotency import Key
from district.members.errors import AccountNotStaff, PasswordTooWeak, UsernameTaken
from district.members.models import User


@transaction.atomic
def create_staff(*, username: str, name: str, password: str, by: User, key: Key) -> User:
    """A new account of staff that may sign in and, until it gets a role, see nothing.

    Raises UsernameTaken, PasswordTooWeak, KeyReused.
    """
    if (earlier := idempotency.claim_key(key)) is not None:
        return User.objects.get(pk=earlier)
    if User.objects.filter(username__iexact=username).exists():
        raise UsernameTaken(username=username)
    _require_strong(password, User(username=username, name=name))
    user = User.objects.create_staff(username, password, name=name)
    audit.record(by=by, verb="create_staff", subject=f"members.user:{user.pk}")
    idempotency.store_result(key, user.pk)
    return user


@transaction.atomic
def set_staff_password(*, user: User, password: str, by: User) -> User:
    """The account with a new password; whoever was signed in with the old one is out.

    Raises AccountNotStaff, PasswordTooWeak.
    """
    user = _locked(user)
    _require_strong(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=by, verb="set_staff_password", subject=f"members.user:{user.pk}")
    return user


def switch_off_staff(*, user: User, by: User) -> User:
    """The account may not sign in any more and is out at once. Raises AccountNotStaff."""
    return _switch(user, by, active=False, verb="switch_off_staff")


def switch_on_staff(*, user: User, by: User) -> User:
    """The account may sign in again. Raises AccountNotStaff."""
    return _switch(user, by, active=True, verb="switch_on_staff")


@transaction.atomic
def _switch(user: User, by: User, *, active: bool, verb: str) -> User:
    user = _locked(user)
    if user.is_active != active:
        user.is_active = active
        user.save(update_fields=["is_active"])
        audit.record(by=by, verb=verb, subject=f"members.user:{user.pk}")
    return user


def _locked(user: User) -> User:
    row = User.objects.staff().select_for_update(no_key=True).filter(pk=user.pk).first()
    if row is None:
        raise AccountNotStaff
    return row


def _require_strong(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as weak:
        raise PasswordTooWeak(reason=" ".join(weak.messages)) from None

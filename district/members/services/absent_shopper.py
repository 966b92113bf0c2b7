"""Somebody of whom the district keeps a matter, and who has not joined."""

from django.db import transaction

from district.kernel import clock
from district.members.models import Member, User
from district.members.models.user import shopper_name


@transaction.atomic
def make_absent_shopper(*, nickname: str) -> Member:
    """A stand-in: a shopper whose account was closed as it was made, so that nobody can sign in, and no list of members
    has it. What is kept in its name goes to the person's own member once there is one.
    """
    user = User(kind=User.Kind.SHOPPER, username=shopper_name(), is_active=False)
    user.set_unusable_password()
    user.save()
    now = clock.now()
    return Member.objects.create(user=user, nickname=nickname, joined_at=now, closed_at=now)

"""Finding a member by the full phone number, in the back office."""

from django.db import transaction

from district.kernel import audit
from district.members.models import Member, User
from district.members.queries import members_by_phone


@transaction.atomic
def look_up_by_phone(*, number: str, by: User) -> list[Member]:
    """The members, open or closed, with this number; that somebody asked is written down.

    The number itself is not: the journal holds no personal data.
    """
    members = list(members_by_phone(number).order_by("-pk"))
    audit.record(
        by=by,
        verb="look_up_by_phone",
        subject=f"members.member:{members[0].pk}" if members else "members.member:0",
        found=len(members),
    )
    return members

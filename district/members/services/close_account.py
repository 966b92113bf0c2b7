"""Leaving the district."""

from typing import NoReturn

from district.members.errors import ClosingNotPossibleYet
from district.members.models import Member


def close_account(*, member: Member) -> NoReturn:
    """Says honestly that closing is not possible yet: it must erase, and erasure does not exist.

    Raises ClosingNotPossibleYet.
    """
    raise ClosingNotPossibleYet(member=member.public_id)

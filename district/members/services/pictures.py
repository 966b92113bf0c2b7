"""Pictures of a member's papers, kept under the member's own key."""

import logging

from district.kernel.security import crypto
from district.members import personal
from district.members.models import Member, MemberKey

logger = logging.getLogger("district.members")


def seal_picture(*, member: Member, place: str, picture: bytes) -> bytes:
    """The picture sealed with the member's key; `place` binds it to the row that holds it."""
    return personal.seal_picture(member, place, picture)


def open_picture(*, member: Member, place: str, sealed: bytes | memoryview) -> bytes | None:
    """The picture, or None when its key is gone, as after erasure."""
    try:
        return personal.unseal_picture(member, place, sealed)
    except (crypto.Unsealable, MemberKey.DoesNotExist):
        logger.error("sealed picture cannot be read", extra={"member": member.pk})
        return None

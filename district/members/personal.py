"""A member's personal data: sealed with the member's own key, found again by keyed hash."""

import logging
from typing import Literal

from district.kernel.security import crypto
from district.members.models import Member, MemberKey

logger = logging.getLogger("district.members")
Kind = Literal["phone", "birthday", "openid", "plate"]


def create_member_key(member: Member) -> MemberKey:
    """A data key of the member's own, wrapped by the newest master key."""
    version, wrapped = crypto.wrap(crypto.new_data_key(), place=_key_place(member.pk))
    return MemberKey.objects.create(member=member, master_version=version, wrapped=wrapped)


def seal(member: Member, kind: Kind, text: str) -> bytes:
    return crypto.seal(_data_key(member.key), text, place=_place(member, kind))


def unseal(member: Member, kind: Kind, sealed: bytes | memoryview) -> str:
    """Raises crypto.Unsealable when the member's key is gone or the bytes belong elsewhere."""
    return crypto.unseal(_data_key(member.key), bytes(sealed), place=_place(member, kind))


def read(member: Member, kind: Kind, sealed: bytes | memoryview | None) -> str | None:
    """The value, or None when there is none or its key is gone, as after a restore without keys."""
    if sealed is None:
        return None
    try:
        return unseal(member, kind, sealed)
    except (crypto.Unsealable, MemberKey.DoesNotExist):
        logger.error("sealed value cannot be read", extra={"member": member.pk, "kind": kind})
        return None


def seal_picture(member: Member, place: str, picture: bytes) -> bytes:
    """A picture that shows something of the member; gone with the member's key."""
    return crypto.seal_bytes(_data_key(member.key), picture, place=f"member:{member.pk}:{place}")


def unseal_picture(member: Member, place: str, sealed: bytes | memoryview) -> bytes:
    """Raises crypto.Unsealable, MemberKey.DoesNotExist when the member's key is gone."""
    return crypto.unseal_bytes(
        _data_key(member.key), bytes(sealed), place=f"member:{member.pk}:{place}"
    )


def rewrap(key: MemberKey) -> None:
    """Wrap the same data key by the newest master key; what it sealed stays as it is."""
    data_key = _data_key(key)
    key.master_version, key.wrapped = crypto.wrap(data_key, place=_key_place(key.member_id))
    key.save(update_fields=["master_version", "wrapped"])


def _data_key(key: MemberKey) -> bytes:
    return crypto.unwrap(key.master_version, bytes(key.wrapped), place=_key_place(key.member_id))


def _key_place(member_id: int) -> str:
    return f"member:{member_id}:key"


def _place(member: Member, kind: Kind) -> str:
    return f"member:{member.pk}:{kind}"

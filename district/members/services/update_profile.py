"""What a member may say about themselves."""

from datetime import date
from enum import Enum
from typing import Final, Literal

from django.db import transaction

from district.kernel import idempotency
from district.kernel.idempotency import Key
from district.members import personal
from district.members.errors import AccountClosed
from district.members.models import Member


class Unset(Enum):
    """Stands for a value that was not mentioned."""

    UNSET = "keep"


UNSET: Final = Unset.UNSET


@transaction.atomic
def update_profile(
    *,
    member: Member,
    key: Key,
    nickname: str | Literal[Unset.UNSET] = UNSET,
    birthday: date | Literal[Unset.UNSET] | None = UNSET,
) -> Member:
    """The member with what was mentioned changed; a birthday of None is forgotten.

    Raises AccountClosed, KeyReused.
    """
    repeated = idempotency.claim_key(key) is not None
    changed = Member.objects.locked(member.pk)
    if repeated:
        return changed
    if changed.closed_at is not None:
        raise AccountClosed
    if nickname is not UNSET:
        changed.nickname = nickname
    if birthday is None:
        changed.birthday_sealed = None
    elif birthday is not UNSET:
        changed.birthday_sealed = personal.seal(changed, "birthday", birthday.isoformat())
    changed.save(update_fields=["nickname", "birthday_sealed"])
    idempotency.store_result(key, changed.pk)
    return changed

"""The rotating member code: shown on a phone, read by a till, good once and for half a minute."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection

from district.kernel import clock
from district.kernel.errors import TokenInvalid, TokenUsed
from district.kernel.security import tokens
from district.kernel.text import qr, spelling
from district.members.models import CardCodeUse, Member
from district.members.models.member import CARD_BYTES

PURPOSE = "member_card"
LIFE = timedelta(seconds=30)
_ONCE_BYTES = 8


@dataclass(frozen=True)
class CardCode:
    """A code and how long it is good, by the server's clock."""

    code: str = field(repr=False)
    expires_at: datetime
    server_time: datetime

    @property
    def svg(self) -> str:
        return qr.svg(self.code)


def issue_card_code(*, member: Member) -> CardCode:
    """A fresh code; earlier ones stay good for the rest of their time, each once.

    It holds the card's opaque id and a random number, never the member's id or name. Nothing is
    stored until a till uses it. Real time decides, as for everything that is signed.
    """
    now = clock.real_now()
    payload = bytes(member.card_id) + secrets.token_bytes(_ONCE_BYTES)
    code = tokens.sign(purpose=PURPOSE, payload=payload, at=now, lifetime=LIFE)
    # The signature holds whole seconds: say exactly the instant from which it is refused.
    expires_at = (now + LIFE).replace(microsecond=0)
    return CardCode(code=code, expires_at=expires_at, server_time=now)


def use_card_code(*, code: str) -> Member:
    """The member whose code a till has read, and the code used up, in the caller's transaction.

    Raises TokenInvalid, TokenExpired, TokenUsed.
    """
    payload = tokens.open_token(purpose=PURPOSE, text=spelling.code_of(code), at=clock.real_now())
    card_id, once = payload[:CARD_BYTES], payload[CARD_BYTES:]
    member = Member.objects.open().filter(card_id=card_id).first()
    if member is None:
        raise TokenInvalid
    if not _mark_used(member, once):
        raise TokenUsed
    return member


def _mark_used(member: Member, once: bytes) -> bool:
    """Whether this use is the first; a twin waits here until the first one ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {CardCodeUse._meta.db_table} (member_id, jti, used_at)"
            " values (%s, %s, %s) on conflict do nothing",
            [member.pk, once, clock.real_now()],
        )
        return bool(cursor.rowcount == 1)

"""Sessions of shoppers: opaque tokens of our own that can be taken back at once."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from district.kernel import clock
from district.members.models import Member, ShopperSession
from district.members.session_tokens import new_token, token_hash

LIFE = timedelta(days=30)
USE_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class SignedIn:
    """What a sign-in gives; the token is told here and never again."""

    member: Member
    token: str = field(repr=False)
    expires_at: datetime


def open_session(*, member: Member) -> SignedIn:
    """A session of thirty days, whose end real time alone decides."""
    token, now = new_token(), clock.real_now()
    ShopperSession.objects.create(
        token_hash=token_hash(token),
        member=member,
        created_at=now,
        expires_at=now + LIFE,
        last_used_at=now,
    )
    return SignedIn(member=member, token=token, expires_at=now + LIFE)


def note_session_use(*, session: ShopperSession) -> None:
    """Remember when the session was last used, to the minute: a write for each request would be too many.

    To be called outside of any transaction, so that no request holds the row for another.
    """
    now = clock.real_now()
    stale = now - USE_NOTED_EVERY
    if session.last_used_at <= stale:
        ShopperSession.objects.filter(pk=session.pk, last_used_at__lte=stale).update(
            last_used_at=now
        )


def sign_out(*, session: ShopperSession) -> None:
    """The token is dead from now on; saying it twice changes nothing."""
    ShopperSession.objects.filter(pk=session.pk, revoked_at=None).update(
        revoked_at=clock.real_now()
    )

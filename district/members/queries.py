"""What may be asked about members."""

import contextlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from district.kernel import clock
from district.kernel.database.postgres import first_row, stored_row
from district.members import personal, phones
from district.members.errors import AccountClosed, PhoneNotSupported, SignInAgain
from district.members.models import Member, ShopperSession, User, WechatIdentity
from district.members.models.member import CARD_BYTES, CARD_DIGITS
from district.members.session_tokens import looks_like_token, token_hash

# Every request of a phone begins with it: one look-up, no ORM.
_SESSION_COLUMNS = ("id", "member_id", "created_at", "expires_at", "last_used_at")
_MEMBER_COLUMNS = (
    *("id", "public_id", "user_id", "user_kind", "nickname", "card_id"),
    *("phone_hash", "phone_sealed", "birthday_sealed", "joined_at", "closed_at"),
)
_SESSION = """
    select {} from members_shoppersession session
    join members_member member on member.id = session.member_id
    where session.token_hash = %s and session.revoked_at is null and session.expires_at > %s
""".format(
    ", ".join(
        [
            *(f"session.{name}" for name in _SESSION_COLUMNS),
            *(f"member.{name}" for name in _MEMBER_COLUMNS),
        ]
    )
)
_OPEN_MEMBER = "select id from members_member where public_id = %s and closed_at is null"


@dataclass(frozen=True)
class Profile:
    """What a member is shown about themselves; the phone only masked."""

    id: str
    nickname: str
    phone: str | None = field(repr=False)
    birthday: date | None = field(repr=False)
    joined_at: datetime


def profile(member: Member) -> Profile:
    birthday = personal.read(member, "birthday", member.birthday_sealed)
    return Profile(
        id=member.public_id,
        nickname=member.nickname,
        phone=phone_masked(member),
        birthday=date.fromisoformat(birthday) if birthday else None,
        joined_at=member.joined_at,
    )


def phone_masked(member: Member) -> str | None:
    """138****1234, or None for a member who has not bound a phone."""
    number = personal.read(member, "phone", member.phone_sealed)
    return phones.masked(number) if number else None


def member_of(user: User | AnonymousUser) -> Member | None:
    return Member.objects.filter(user_id=user.pk).first() if user.is_authenticated else None


def member_by_public_id(public_id: str) -> Member | None:
    # Asked at every receipt: without the ORM, which would take longer than the ledger itself.
    row = first_row(_OPEN_MEMBER, public_id)
    return None if row is None else stored_row(Member, id=row[0], public_id=public_id)


def openid_of(member: Member) -> str | None:
    """The openid by which a member came to this mini-program last, for a call to WeChat; None where there is none."""
    identities = WechatIdentity.objects.filter(member=member, appid=settings.WECHAT_APPID)
    latest = identities.order_by("-pk").first()
    return personal.read(member, "openid", latest.openid_sealed) if latest else None


def member_with_openid(openid_hash: bytes) -> Member | None:
    """The member, open or closed, who came with this WeChat account; after a merger the one that survives."""
    identity = (
        WechatIdentity.objects.select_related("member").filter(openid_hash=openid_hash).first()
    )
    return identity.member if identity else None


def openid_with_hash(openid_hash: bytes) -> str | None:
    """A member's openid in plain, for a call to WeChat; None where nobody has it or the key is gone."""
    identities = WechatIdentity.objects.select_related("member__key")
    identity = identities.filter(openid_hash=openid_hash).first()
    return personal.read(identity.member, "openid", identity.openid_sealed) if identity else None


def open_members(public_ids: Iterable[str]) -> dict[str, int]:
    """The keys of those of these members who have not closed their account."""
    named = Member.objects.open().filter(public_id__in=set(public_ids))
    return dict(named.values_list("public_id", "pk"))


def member_by_phone(number: str) -> Member | None:
    """The open member who has bound this number. Raises PhoneNotSupported for what is no number."""
    found_by = phones.phone_hash(phones.normalised(number))
    return Member.objects.open().filter(phone_hash=found_by).first()


def open_members_by_phone(numbers: Iterable[str]) -> dict[str, int]:
    """The keys of the open members who have bound these numbers, by the number as it was written."""
    numbers_by_hash: dict[bytes, list[str]] = {}
    for number in set(numbers):
        with contextlib.suppress(PhoneNotSupported):
            found_by = phones.phone_hash(phones.normalised(number))
            numbers_by_hash.setdefault(found_by, []).append(number)
    rows = Member.objects.open().filter(phone_hash__in=list(numbers_by_hash))
    return {
        number: pk
        for found_by, pk in rows.values_list("phone_hash", "pk")
        if found_by is not None
        for number in numbers_by_hash[bytes(found_by)]
    }


def members_by_phone(number: str) -> QuerySet[Member]:
    """All members, open or closed, with this number; none for what is no number."""
    try:
        found_by = phones.phone_hash(phones.normalised(number))
    except PhoneNotSupported:
        return Member.objects.none()
    return Member.objects.filter(phone_hash=found_by)


def has_card_no(card_no: str) -> Q:
    """The condition of having this card number, written with or without its gaps."""
    digits = card_no.replace(" ", "")
    if not re.fullmatch(rf"[0-9]{{{CARD_DIGITS}}}", digits) or int(digits) >= 256**CARD_BYTES:
        return Q(pk__in=())
    return Q(card_id=int(digits).to_bytes(CARD_BYTES, "big"))


def user_names(pks: Iterable[int]) -> dict[int, str]:
    """What accounts are called in the journal."""
    return {user.pk: str(user) for user in User.objects.filter(pk__in=pks)}


def member_names(pks: Iterable[int]) -> dict[int, str]:
    """What members are called in the journal."""
    return {member.pk: str(member) for member in Member.objects.filter(pk__in=pks)}


def live_session(token: str) -> ShopperSession:
    """The session a token opens, with its member. Raises SignInAgain, AccountClosed."""
    if not looks_like_token(token):
        raise SignInAgain
    row = first_row(_SESSION, token_hash(token), clock.real_now())
    if row is None:
        raise SignInAgain
    session = stored_row(ShopperSession, **dict(zip(_SESSION_COLUMNS, row, strict=False)))
    session.member = stored_row(
        Member, **dict(zip(_MEMBER_COLUMNS, row[len(_SESSION_COLUMNS) :], strict=True))
    )
    if session.member.closed_at is not None:
        raise AccountClosed
    return session

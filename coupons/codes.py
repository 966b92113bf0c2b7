"""What a shopper shows for a coupon, and what a till keeps of it between check and redemption.

Texts that name a coupon, its holder and how much of it is left, so that each is good for one use: the
rotating code of the phone (half a minute), the ticket that a check gives for it (ten minutes, one store),
and the printed number with its PIN. What a till without a network may take is shown as a pass instead
(`engine.passes`); the pass of a lease is good at its one store until the lease ends, for all its uses,
an open one for a single use, at a till with a network or without.
"""

import re
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from coupons.engine import passes
from coupons.engine.passes import Pass, PassRefused
from coupons.errors import CodeLeasedElsewhere
from district.kernel import clock
from district.kernel.errors import TokenExpired, TokenInvalid
from district.kernel.security import signatures, tokens
from district.kernel.security.crypto import lookup_hash
from district.kernel.text import spelling

CODE_LIFE = timedelta(seconds=30)
TICKET_LIFE = timedelta(minutes=10)
GIFT_LIFE = timedelta(hours=24)
_CODE, _TICKET, _GIFT, _PASS = "coupon_code", "coupon_ticket", "coupon_gift", "coupon_pass"
_SHOWN = struct.Struct(">QQIq")
_SHOWN_AT = struct.Struct(">QQIqQQ")
_GIVEN = struct.Struct(">QQ")
_PAPER = re.compile(r"([0-9]{12})-?([0-9]{4})")


@dataclass(frozen=True, slots=True)
class PresentedCode:
    """A coupon as it was when its holder showed it; numbers are the rows', amounts fen. Leased to this
    store it is good for all that is left of it. `pass_made_at` names the open pass that showed it."""

    coupon: int
    member: int
    uses_left: int
    value_left: int | None
    leased: bool = False
    pass_made_at: datetime | None = field(default=None, compare=False)


def code_of(code: PresentedCode, at: datetime) -> str:
    """A rotating code, good until `at` + CODE_LIFE."""
    return tokens.sign(purpose=_CODE, payload=_packed(_SHOWN, code), at=at, lifetime=CODE_LIFE)


def ticket_of(code: PresentedCode, store: int, at: datetime) -> str:
    """What a check answers: the coupon was shown at this store, and by which open pass, if by one."""
    made_at = 0 if code.pass_made_at is None else int(code.pass_made_at.timestamp())
    payload = _packed(_SHOWN_AT, code, store, made_at)
    return tokens.sign(purpose=_TICKET, payload=payload, at=at, lifetime=TICKET_LIFE)


def read(text: str, store: int) -> PresentedCode:
    """What stands behind a code, a pass or a ticket of this store.

    Raises CodeLeasedElsewhere, TokenInvalid, TokenExpired.
    """
    at, text = clock.real_now(), spelling.code_of(text)
    if len(text) == passes.LENGTH:
        return _read_pass(text, store, at)
    try:
        payload = tokens.open_token(purpose=_CODE, text=text, at=at)
    except TokenInvalid:
        payload = tokens.open_token(purpose=_TICKET, text=text, at=at)
        *fields, shown_at, made_at = _unpacked(_SHOWN_AT, payload)
        if shown_at != store:
            raise TokenInvalid from None
    else:
        fields, made_at = list(_unpacked(_SHOWN, payload)), 0
    coupon, member, uses_left, value_left = fields
    return PresentedCode(
        *(coupon, member, uses_left, None if value_left < 0 else value_left),
        pass_made_at=datetime.fromtimestamp(made_at, UTC) if made_at else None,
    )


def pass_of(coupon_pass: Pass) -> str:
    """A pass signed with the key that it names."""
    return coupon_pass.text(
        signatures.sign(coupon_pass.body, purpose=_PASS, version=coupon_pass.key)
    )


def pass_keys() -> dict[int, bytes]:
    """The public keys that read passes, by version."""
    return signatures.public_keys(_PASS)


def _read_pass(text: str, store: int, at: datetime) -> PresentedCode:
    try:
        fields = passes.read(text, pass_keys())
    except PassRefused:
        raise TokenInvalid from None
    if fields.store not in (0, store):
        raise CodeLeasedElsewhere
    if at >= fields.expires_at:
        raise TokenExpired
    return PresentedCode(
        *(fields.coupon, fields.member, fields.uses_left, fields.value_left),
        leased=fields.store != 0,
        pass_made_at=fields.made_at if fields.store == 0 else None,
    )


def gift_code(coupon: int, giver: int, at: datetime) -> str:
    """What a friend opens to be given a coupon, good for a day while the giver still holds it."""
    payload = _GIVEN.pack(coupon, giver)
    return tokens.sign(purpose=_GIFT, payload=payload, at=at, lifetime=GIFT_LIFE)


def read_gift(text: str) -> tuple[int, int]:
    """The coupon and its giver. Raises TokenInvalid, TokenExpired."""
    code = spelling.code_of(text)
    coupon, giver = _unpacked(
        _GIVEN, tokens.open_token(purpose=_GIFT, text=code, at=clock.real_now())
    )
    return coupon, giver


def paper_parts(text: str) -> tuple[str, str] | None:
    """Number and PIN of a printed code, also without its hyphen, or None for any other text."""
    found = _PAPER.fullmatch(spelling.code_of(text))
    return (found[1], found[2]) if found else None


def pin_hash(number: str, pin: str) -> bytes:
    """What is kept of a PIN: of four digits a hash without our secret would reveal all."""
    return lookup_hash("coupon_pin", f"{number} {pin}")


def _packed(form: struct.Struct, code: PresentedCode, *more: int) -> bytes:
    value = -1 if code.value_left is None else code.value_left
    return form.pack(code.coupon, code.member, code.uses_left, value, *more)


def _unpacked(form: struct.Struct, payload: bytes) -> tuple[int, ...]:
    if len(payload) != form.size:
        raise TokenInvalid
    return form.unpack(payload)

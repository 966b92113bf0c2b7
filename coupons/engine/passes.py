"""A pass: a coupon as its holder shows it to a till that has no network.

It is base32 text (dense in a QR) of 200 signs over

    key version (1) | made at (4) | expires at (4) | coupon (8) | member (8) | version (8) | store (8) |
    uses left (4) | value left (8, below zero: none) | valid from (4) | valid until (4) | signature (64)

all numbers big-endian, instants in seconds since 1970, the signature Ed25519 over all before it. A pass
for one store was leased to it and is good as long as the lease, for all uses that it names; one without
a store is open: good for the half minute of a rotating code, and for one use, wherever it is taken.
"""

import base64
import binascii
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_BODY = struct.Struct(">BIIQQQQIqII")
_SIGNATURE = 64
LENGTH = (_BODY.size + _SIGNATURE) * 8 // 5
# A till's clock and ours are never quite the same.
TOLERANCE_SECONDS = 60


class PassRefused(Exception):
    """Why a pass is not good: `forged`, `code_expired` or `leased_to_another_store`."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A coupon shown; numbers are the rows', `store` 0 for a coupon leased to none, value in fen."""

    key: int
    made_at: datetime
    expires_at: datetime
    coupon: int
    member: int
    version: int
    store: int
    uses_left: int
    value_left: int | None
    valid_from: datetime
    valid_until: datetime

    @property
    def body(self) -> bytes:
        """What is signed."""
        return _BODY.pack(
            self.key,
            *(_seconds(self.made_at), _seconds(self.expires_at)),
            *(self.coupon, self.member, self.version, self.store, self.uses_left),
            -1 if self.value_left is None else self.value_left,
            *(_seconds(self.valid_from), _seconds(self.valid_until)),
        )

    def text(self, signature: bytes) -> str:
        """What stands in the QR code."""
        return base64.b32encode(self.body + signature).decode()

    @classmethod
    def _of(cls, body: bytes) -> Self:
        key, made_at, expires_at, coupon, member, version, store, uses, value, begins, ends = (
            _BODY.unpack(body)
        )
        return cls(
            key,
            *(_instant(made_at), _instant(expires_at)),
            *(coupon, member, version, store, uses),
            None if value < 0 else value,
            *(_instant(begins), _instant(ends)),
        )


def read(text: str, public_keys: Mapping[int, bytes]) -> Pass:
    """What a pass says that one of these keys signed; blanks and case, as scanners give them, make no
    difference. Raises PassRefused `forged`."""
    try:
        raw = base64.b32decode("".join(text.split()).upper())
    except (binascii.Error, ValueError):
        raise PassRefused("forged") from None
    body, signature = raw[: _BODY.size], raw[_BODY.size :]
    if len(signature) != _SIGNATURE or body[0] not in public_keys:
        raise PassRefused("forged")
    try:
        Ed25519PublicKey.from_public_bytes(public_keys[body[0]]).verify(signature, body)
    except InvalidSignature:
        raise PassRefused("forged") from None
    return Pass._of(body)


def require_valid(coupon_pass: Pass, store: int, at: datetime) -> None:
    """A pass is good at this store and instant, give or take the clocks' tolerance.

    Raises PassRefused `code_expired`, `leased_to_another_store`.
    """
    if coupon_pass.store not in (0, store):
        raise PassRefused("leased_to_another_store")
    # A lease ends for everybody at the same instant: after it the coupon may be used elsewhere.
    late = 0 if coupon_pass.store else TOLERANCE_SECONDS
    if not (
        coupon_pass.made_at.timestamp() - TOLERANCE_SECONDS
        <= at.timestamp()
        < coupon_pass.expires_at.timestamp() + late
    ):
        raise PassRefused("code_expired")


def was_taken(coupon_pass: Pass, taken: Iterable[Pass]) -> bool:
    """Whether a pass is open and was taken already, however many uses its coupon has left: who shows the
    coupon again shows another pass."""
    return coupon_pass.store == 0 and any(
        (taken_pass.store, taken_pass.coupon, taken_pass.made_at)
        == (0, coupon_pass.coupon, coupon_pass.made_at)
        for taken_pass in taken
    )


def _seconds(at: datetime) -> int:
    return int(at.timestamp())


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)

"""Every write can be repeated: reads the Idempotency-Key header and keeps keys in one table."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Self

from django.db import connection
from django.http import HttpRequest

from district.kernel.database.postgres import call
from district.kernel.errors import DomainError, KeyMissing, KeyReused
from district.kernel.models import Idem
from district.kernel.security.crypto import keyed_digest

LONGEST = 255
# The purpose of the digests of terms: they name phones and birthdays, so they have a key.
TERMS = "idempotency terms"


@dataclass(frozen=True)
class Key:
    """One caller's key for one act, with a keyed digest of what was asked."""

    scope: str
    key: str
    terms: bytes

    @classmethod
    def of(cls, scope: str, key: str, /, **terms: Any) -> Self:
        """A key whose terms (plain values, dates and instants) are told apart by canonical JSON."""
        canonical = json.dumps(terms, sort_keys=True, ensure_ascii=False, default=_plain)
        return cls(scope, key, keyed_digest(TERMS, canonical.encode()))


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        # The same instant written with another offset is the same term.
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    # Anything else might be written differently in the next process.
    raise TypeError(f"{type(value).__name__} cannot be a term of a key")


def header_key(request: HttpRequest) -> str:
    """The request's Idempotency-Key. Raises KeyMissing when it is absent or not 1–255 visible ASCII."""
    text = request.headers.get("Idempotency-Key", "")
    if not 1 <= len(text) <= LONGEST or not (text.isascii() and text.isprintable()) or " " in text:
        raise KeyMissing
    return text


def claim_key(key: Key) -> int | None:
    """Claim a key inside the caller's transaction: None for the first caller, else the first answer.

    A twin of a running transaction waits until that one ends. Raises KeyReused for other terms.
    """
    answer: int | None = call("kernel_claim", key.scope, key.key, key.terms)
    return answer


def store_result(key: Key, result: int, *, kind: str = "") -> None:
    """Store what a claimed key came to, and of which kind it is, for those who repeat it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "update kernel_idem set result = %s, kind = %s where scope = %s and key = %s",
            [result, kind, key.scope, key.key],
        )


def kind_of(key: Key) -> str:
    """What the result of an answered key is the number of, where one act may come to different things."""
    return Idem.objects.values_list("kind", flat=True).get(scope=key.scope, key=key.key)


def replay_or_raise(key: Key, refusal: DomainError) -> int:
    """The first answer of a key whose repetition is refused only because time went on.

    A till that lost our answer repeats its request, perhaps after the visit ended or the terms
    changed; it must hear what came of it. Raises the refusal when the key is new, KeyReused for
    other terms.
    """
    held = Idem.objects.filter(scope=key.scope, key=key.key).first()
    if held is None or held.result is None:
        raise refusal
    if bytes(held.terms) != key.terms:
        raise KeyReused
    return held.result

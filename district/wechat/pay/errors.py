"""How a call or a notice can fail. No text of these holds a secret or personal data."""

from collections.abc import Mapping
from typing import Any


class PayError(Exception):
    """The root of all errors of this package.

    `is_outcome_unknown` says that WeChat may have done what was asked: ask again with the same number,
    or query, but never begin anew with another number.
    """

    is_outcome_unknown = True


class SignatureRefused(PayError):
    """An answer or a notice that WeChat Pay did not sign, as far as we can tell."""


class BadSignature(SignatureRefused):
    """The signature, or one of its headers, is missing or wrong."""


class SignatureProbe(BadSignature):
    """A wrong signature that WeChat sends on purpose, to see that we look; the right one follows."""


class StaleTimestamp(SignatureRefused):
    """Signed more than five minutes ago, or ahead: a replay, or a clock that is wrong."""


class UnknownKey(SignatureRefused):
    """Signed with a key that we do not have, or with a certificate outside of its validity."""

    def __init__(self, key_id: str) -> None:
        super().__init__(f"no valid key {key_id[:64]!r}")
        self.key_id = key_id


class Undecryptable(PayError):
    """A resource or a field that none of our keys opens."""


class UnreadableAnswer(PayError):
    """A verified text that is not what the documentation says; the message names the field."""


class UnknownEvent(PayError):
    """A notice of a type that this package does not read."""

    def __init__(self, event_type: str) -> None:
        super().__init__(event_type[:64])
        self.event_type = event_type


class Unreachable(PayError):
    """No answer: the connection failed, was cut or timed out, or too many of our own calls were waiting."""

    def __init__(self, reason: str, *, is_outcome_unknown: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.is_outcome_unknown = is_outcome_unknown


class ApiError(PayError):
    """WeChat Pay refused: HTTP status, code such as ORDER_NOT_EXIST, and the Request-ID to quote to its support.

    `message` and `detail` may quote what we sent; they are for a developer's eyes, not for a log. `field` is the place
    that WeChat complains of, such as /body/amount/total.
    """

    def __init__(
        self,
        *,
        status: int,
        code: str,
        message: str = "",
        request_id: str = "",
        detail: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(f"{status} {code} (Request-ID {request_id or 'none'})")
        self.status, self.code, self.request_id = status, code, request_id
        self.message, self.detail = message, detail or {}
        field = self.detail.get("field")
        self.field = field[:64] if isinstance(field, str) and field.startswith("/") else ""
        self.is_outcome_unknown = status >= 500  # noqa: PLR2004 - the server's own errors


class BillCorrupt(PayError):
    """A bill whose hash, totals or columns are not what WeChat Pay announced."""

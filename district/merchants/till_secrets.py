"""Pure: the text of a till key, `tk_<prefix>_<secret>`, and of a visit token; keys of other kinds say theirs."""

import hashlib
import re
import secrets
from typing import Final

from district.kernel.database.ids import ALPHABET

PREFIX_LENGTH: Final = 12
_SECRET_BYTES: Final = 32
_SECRET_LENGTH: Final = 43  # 62^43 > 2^256
TILL: Final = "tk"
_KEY = re.compile(
    rf"([a-z]{{2}})_([0-9A-Za-z]{{{PREFIX_LENGTH}}})_([0-9A-Za-z]{{{_SECRET_LENGTH}}})"
)


def new_prefix() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(PREFIX_LENGTH))


def new_secret() -> str:
    """32 random bytes in letters and digits, so that a double click selects all of it."""
    return in_letters(secrets.token_bytes(_SECRET_BYTES))


def key_text(prefix: str, secret: str, kind: str = TILL) -> str:
    return f"{kind}_{prefix}_{secret}"


def parts_of(text: str, kind: str = TILL) -> tuple[str, str] | None:
    """Prefix and secret of a well-formed key of this kind."""
    match = _KEY.fullmatch(text)
    return (match[2], match[3]) if match and match[1] == kind else None


def digest(text: str) -> bytes:
    """What is stored of a secret of full entropy; a slow hash would guard nothing more."""
    return hashlib.sha256(text.encode()).digest()


def in_letters(raw: bytes) -> str:
    """32 bytes as 43 letters and digits."""
    number, letters = int.from_bytes(raw, "big"), []
    for _ in range(_SECRET_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))

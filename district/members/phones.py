"""Phone numbers: one spelling for each, and how they look when they must not be read."""

import re

from district.kernel.security.crypto import lookup_hash
from district.members.errors import PhoneNotSupported

_CHINA = "+86"
_CHINESE_MOBILE = re.compile(r"\+861[3-9][0-9]{9}")
_E164 = re.compile(r"\+[1-9][0-9]{6,14}")


def normalised(number: str, country: str = "86") -> str:
    """The number in E.164, such as +8613800001234. Raises PhoneNotSupported."""
    text = re.sub(r"[\s()-]", "", number)
    if not text.startswith("+"):
        text = f"+{country.lstrip('+')}{text}"
    pattern = _CHINESE_MOBILE if text.startswith(_CHINA) else _E164
    if not pattern.fullmatch(text):
        raise PhoneNotSupported
    return text


def phone_hash(e164: str) -> bytes:
    return lookup_hash("phone", e164)


def masked(e164: str) -> str:
    """138****1234; of a foreign number only the last four digits are left."""
    if e164.startswith(_CHINA):
        local = e164.removeprefix(_CHINA)
        return f"{local[:3]}****{local[-4:]}"
    return f"+****{e164[-4:]}"

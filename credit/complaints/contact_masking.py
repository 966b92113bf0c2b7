"""Contact data and numbers of people taken out of what the sides of a case write: pure.

It finds what is written as such, with blanks and hyphens between the digits or in full-width digits; who spells a
number out in words gets past it, which is why unclear texts go to a person.
"""

import re
from collections.abc import Iterable

MASK = "〔已隐去〕"
_GAP = r"[\s\-.·_]?"
# Full-width letters, digits and ＠ ． ＋ as ordinary ones; Chinese punctuation stays.
_NARROW = {
    ord(wide): chr(ord(wide) - 0xFEE0)
    for wide in map(chr, range(0xFF01, 0xFF5F))
    if chr(ord(wide) - 0xFEE0).isalnum() or wide in "＠．＋－"
}
_PATTERNS = (
    # Addresses of pages and of mail.
    re.compile(r"(?:https?://|www\.)[^\s，。；]+", re.IGNORECASE),
    re.compile(r"[A-Za-z0-9_.+-]+\s?@\s?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
    # Identity and bank cards: 16 to 19 digits, the last one of an identity card may be an X.
    re.compile(rf"(?<!\d)\d(?:{_GAP}\d){{14,17}}(?:{_GAP}[\dXx])(?!\d)"),
    # Mobile phones, with or without the country's number.
    re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)"),
    # Landlines with their area, and service numbers of ten digits.
    re.compile(r"(?<!\d)\(?0\d{2,3}\)?[\s-]?\d{7,8}(?!\d)"),
    re.compile(r"(?<!\d)[48]00[\s-]?\d{3}[\s-]?\d{4}(?!\d)"),
    # Accounts that are named as such.
    re.compile(
        r"(?:微信号?|威信|薇信|v信|vx|wx|qq|扣扣|支付宝|手机号?|电话)\s*(?:是|为|号|[:：])?\s*[A-Za-z0-9][\w-]{4,}",
        re.IGNORECASE,
    ),
)


def masked_text(text: str, names: Iterable[str] = ()) -> str:
    """The text, its digits in ordinary width, with `MASK` for each number, address and name of a person that stands in it."""
    found = text.translate(_NARROW)
    for pattern in _PATTERNS:
        found = pattern.sub(MASK, found)
    for name in sorted({name for name in names if len(name) > 1}, key=len, reverse=True):
        found = found.replace(name, MASK)
    return found

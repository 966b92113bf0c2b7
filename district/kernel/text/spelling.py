"""Pure: one spelling of what scanners read and people type, whoever takes it: API, page, file or log.

Scanners add line feeds and blanks, input methods write full-width signs, texts that were copied carry marks
that nobody sees.
"""

import re
import unicodedata

# Full-width signs, as a Chinese input method writes them, and the wide blank.
_NARROW = {0xFF01 + offset: 0x21 + offset for offset in range(0x5E)} | {0x3000: 0x20}
# What people and word processors write where a code has a hyphen.
_HYPHENS = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe63"), "-")
_GROUPED = re.compile(r"[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?")
_BLANKS = re.compile(r"[^\S\r\n]+")
_YUAN = re.compile(r"^[¥￥]|元$")


def number_of(text: str) -> str:
    """A number on paper (bill, receipt, refund, product) as it is written, but for width, blanks around it
    and marks that nobody sees; anything else of it decides."""
    if text.isascii():
        return text.strip()
    return _seen(text).translate(_NARROW).strip()


def code_of(text: str) -> str:
    """A code of capitals, digits and hyphens, whatever its case and width, without any blanks; a line feed
    within it stays, because what it parts are two."""
    plain = unicodedata.normalize("NFKC", _seen(text)).translate(_HYPHENS)
    return _BLANKS.sub("", plain.strip()).upper()


def amount_of(text: str) -> str:
    """A sum of money in yuan as a number is written: ３００．５０ is 300.50, and so is ¥300.50 or 300.50元;
    commas are left out where they part thousands."""
    plain = "".join(unicodedata.normalize("NFKC", _seen(text)).split())
    bare = _YUAN.sub("", plain)
    return bare.replace(",", "") if _GROUPED.fullmatch(bare) else bare


def _seen(text: str) -> str:
    """Without format marks: zero-width blanks and joiners, byte order marks, marks of direction."""
    return "".join(sign for sign in text if unicodedata.category(sign) != "Cf")

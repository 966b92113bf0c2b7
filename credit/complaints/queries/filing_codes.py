"""The store of the credit code that a shopper files with: the link on the counter, or the scene of its mini-program code."""

import re
from typing import Final
from urllib.parse import parse_qs, urlsplit

from credit.complaints.errors import CodeNotForFiling, CodeOutOfUse, CodeUnknown
from credit.queries.codes import CheckedCode, check_code
from credit.values import CodeStatus
from district.kernel.errors import NotFound
from district.merchants.models import Store

_SCENE: Final = re.compile(r"m=([0-9A-Za-z]{22})")
_PATH: Final = re.compile(r"/m/(crc_[0-9A-Za-z]{22})/?")


def store_of_code(text: str) -> Store:
    """The store of a code as it was scanned. That it has closed since, or its merchant is suspended, is no hindrance.

    Raises CodeUnknown, CodeNotForFiling for a link that the district did not sign, CodeOutOfUse for a code that was
    revoked or replaced.
    """
    checked = _checked(text.strip())
    if checked.status is CodeStatus.SIGNATURE_WRONG:
        raise CodeNotForFiling
    if checked.status in {CodeStatus.REVOKED, CodeStatus.ROTATED}:
        raise CodeOutOfUse(code_status=str(checked.status))
    return checked.store


def _checked(text: str) -> CheckedCode:
    try:
        if scene := _SCENE.fullmatch(text):
            return check_code(f"crc_{scene[1]}", version=None, signature=None)
        link = urlsplit(text)
        path = _PATH.fullmatch(link.path)
        if path is None or link.scheme not in {"http", "https"}:
            raise CodeUnknown
        query = parse_qs(link.query)
        # A link without a signature is not one that was printed.
        version, signature = (query.get(name, [""])[0] for name in ("v", "s"))
        return check_code(path[1], version=version, signature=signature)
    except (NotFound, ValueError):
        raise CodeUnknown from None

"""What is printed of a credit code: a signed link, its QR code, and the scene of its mini-program code."""

import base64
import hashlib
import hmac

from django.conf import settings
from django.urls import reverse

from credit.models import CreditCode

MINI_PAGE = "pages/credit/index"
SCENE_PREFIX = "m="
SIGNATURE_LENGTH = 16
_MAC_BYTES = 12
_PURPOSE = b"credit code\0"


def link_of(code: CreditCode) -> str:
    """The link a QR code holds, signed by the newest key."""
    version = next(iter(settings.TOKEN_KEYS))
    address = reverse("credit_page", args=[code.public_id])
    signature = signature_of(code.public_id, version)
    return f"{settings.PUBLIC_URL.rstrip('/')}{address}?v={version}&s={signature}"


def signature_of(public_id: str, version: int) -> str:
    """HMAC-SHA256 over purpose and id, cut to 12 bytes, base64url: 16 characters. Raises KeyError."""
    key = settings.TOKEN_KEYS[version]
    mac = hmac.new(key, _PURPOSE + public_id.encode(), hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(mac).decode()


def is_signed(public_id: str, version: str, signature: str) -> bool:
    """Whether the signature is ours, by a key that we still have."""
    # Not by its number: Python refuses to read one of thousands of digits.
    known = {str(number): number for number in settings.TOKEN_KEYS}
    if version not in known:
        return False
    expected = signature_of(public_id, known[version])
    return hmac.compare_digest(signature.encode(), expected.encode())


def scene_of(code: CreditCode) -> str:
    """What the mini-program is told: the id without its prefix, 24 characters of the 32 that WeChat allows."""
    return SCENE_PREFIX + code.public_id.partition("_")[2]

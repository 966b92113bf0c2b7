"""What an institution opens its reports with: a code of its own, signed by one of the token keys, stored nowhere."""

import base64
import hashlib
import hmac

from django.conf import settings

from credit.financing.models import PartnerInstitution

_PURPOSE = b"financing institution\0"


def access_code(institution: PartnerInstitution) -> str:
    """By the newest key; good until the institution gets another one, or the key is kept no more."""
    return _code(institution, next(iter(settings.TOKEN_KEYS)))


def is_access_code(institution: PartnerInstitution, text: str) -> bool:
    """Whether it is the institution's newest code, by a key that we still have."""
    return any(
        hmac.compare_digest(_code(institution, version).encode(), text.encode())
        for version in settings.TOKEN_KEYS
    )


def _code(institution: PartnerInstitution, version: int) -> str:
    line = f"{institution.public_id}\0{institution.token_number}".encode()
    mac = hmac.new(settings.TOKEN_KEYS[version], _PURPOSE + line, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")

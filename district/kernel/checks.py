"""System checks that refuse an unsafe production configuration."""

import re
import sys
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_KEY, _SECRET_KEY, _VERSIONS = 32, 50, 256
_WECHAT = ("https://api.weixin.qq.com/", "https://api2.weixin.qq.com/")
_ENCODING_AES_KEY = re.compile(r"[A-Za-z0-9+/]{43}")
_WECHAT_PAY = {"https://api.mch.weixin.qq.com", "https://api2.mch.weixin.qq.com"}


def refuse_unsafe_production() -> None:
    """A server or worker that would run on an unsafe configuration ends here, saying why."""
    if errors := production_is_safe():
        sys.exit(
            "Refused to start:\n" + "\n".join(f"  {error.id}: {error.msg}" for error in errors)
        )


@register
def production_is_safe(**_: Any) -> list[CheckMessage]:
    """Secrets, hosts and WeChat's real address must be given where real people are served."""
    if settings.PRODUCTION:
        return [
            Error(sentence, id=f"district.E{number:03}")
            for number, (sentence, wrong) in enumerate(_refused_in_production().items(), start=1)
            if wrong
        ]
    if settings.PUBLIC_URL.startswith("https://"):
        # The other modes make their own secrets, and in replay a header says what time it is.
        return [Error("A public https address needs DISTRICT_MODE=production", id="district.E101")]
    return []


def _refused_in_production() -> dict[str, bool]:
    return {
        "DISTRICT_SECRET_KEY must hold at least 50 characters": len(settings.SECRET_KEY)
        < _SECRET_KEY,
        "DISTRICT_MASTER_KEYS must hold 32-byte keys, newest first": not _ring(
            settings.MASTER_KEYS
        ),
        "DISTRICT_TOKEN_KEYS must hold 32-byte keys, newest first": not _ring(settings.TOKEN_KEYS),
        "DISTRICT_PEPPER must hold 32 bytes": len(settings.PEPPER) != _KEY,
        "The pepper, the master keys and the token keys must differ": _shared_secret(),
        "DISTRICT_HOSTS must name the served hosts": not settings.ALLOWED_HOSTS
        or "*" in settings.ALLOWED_HOSTS,
        "DISTRICT_PUBLIC_URL must be https": not settings.PUBLIC_URL.startswith("https://"),
        "DISTRICT_WECHAT_APPID and DISTRICT_WECHAT_SECRET are missing": not (
            settings.WECHAT_APPID and settings.WECHAT_SECRET
        ),
        "DISTRICT_WECHAT_BASE must be WeChat's own https address": (
            not settings.WECHAT_BASE.startswith(_WECHAT)
        ),
        "DISTRICT_WECHAT_MESSAGE_KEYS must be EncodingAESKeys of 43 characters, for the token": (
            bool(settings.WECHAT_MESSAGE_TOKEN) != bool(settings.WECHAT_MESSAGE_KEYS)
            or any(not _ENCODING_AES_KEY.fullmatch(key) for key in settings.WECHAT_MESSAGE_KEYS)
        ),
        **(_refused_wechat_pay() if settings.WECHAT_PAY_MCHID else {}),
        "DISTRICT_UNIONPAY_BASE must be UnionPay's own https address": (
            bool(settings.UNIONPAY_MERCHANT)
            and settings.UNIONPAY_BASE.rstrip("/") != "https://gateway.95516.com"
        ),
        "DEBUG must be off": settings.DEBUG,
        "DATABASE_URL is missing": not settings.DATABASE_URL_GIVEN,
        "DISTRICT_LOG_FORMAT must be json: text is for a screen and quotes errors": (
            settings.LOG_FORMAT != "json"
        ),
        "The file-system broker serves one machine: set DISTRICT_BROKER_URL": (
            settings.CELERY_BROKER_URL.startswith("filesystem://")
        ),
    }


def _refused_wechat_pay() -> dict[str, bool]:
    return {
        "DISTRICT_WECHAT_PAY_MCHID is the sandbox's": not settings.WECHAT_PAY_MCHID.isdigit(),
        "DISTRICT_WECHAT_PAY_PUBLIC_KEYS holds the sandbox's": any(
            not key_id.removeprefix("PUB_KEY_ID_").isdigit()
            for key_id in settings.WECHAT_PAY_PUBLIC_KEYS
        ),
        "DISTRICT_WECHAT_PAY_BASES must be WeChat Pay's own https addresses": (
            not settings.WECHAT_PAY_BASES
            or not {base.rstrip("/") for base in settings.WECHAT_PAY_BASES} <= _WECHAT_PAY
        ),
        "WeChat Pay needs DISTRICT_WECHAT_PAY_SERIAL, _PRIVATE_KEY and _API_V3_KEYS": not (
            settings.WECHAT_PAY_SERIAL
            and settings.WECHAT_PAY_PRIVATE_KEY
            and settings.WECHAT_PAY_API_V3_KEYS
        ),
        "WeChat Pay needs DISTRICT_WECHAT_PAY_PUBLIC_KEYS or DISTRICT_WECHAT_PAY_CERTIFICATES": not (
            settings.WECHAT_PAY_PUBLIC_KEYS or settings.WECHAT_PAY_CERTIFICATES
        ),
    }


def _ring(ring: dict[int, bytes]) -> bool:
    return bool(ring) and all(
        len(key) == _KEY and 0 <= version < _VERSIONS for version, key in ring.items()
    )


def _shared_secret() -> bool:
    secrets = [*settings.MASTER_KEYS.values(), *settings.TOKEN_KEYS.values(), settings.PEPPER]
    return len(set(secrets)) != len(secrets)

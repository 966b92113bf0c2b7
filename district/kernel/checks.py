"""System checks that refuse an unsafe production configuration."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

_KEY = 32


@register
def production_is_safe(**_: Any) -> list[CheckMessage]:
    """Secrets, hosts and WeChat's real address must be given where real people are served."""
    if not settings.PRODUCTION:
        return []
    refused = {
        "DISTRICT_SECRET_KEY must hold at least 50 characters": len(settings.SECRET_KEY) < 50,  # noqa: PLR2004
        "DISTRICT_MASTER_KEYS must hold 32-byte keys, newest first": not _ring(settings.MASTER_KEYS),
        "DISTRICT_TOKEN_KEYS must hold 32-byte keys, newest first": not _ring(settings.TOKEN_KEYS),
        "DISTRICT_PEPPER must hold 32 bytes": len(settings.PEPPER) != _KEY,
        "The pepper, the master keys and the token keys must differ": _shared_secret(),
        "DISTRICT_HOSTS must name the served hosts": not settings.ALLOWED_HOSTS
        or "*" in settings.ALLOWED_HOSTS,
        "DISTRICT_PUBLIC_URL must be https": not settings.PUBLIC_URL.startswith("https://"),
        "DISTRICT_WECHAT_APPID and DISTRICT_WECHAT_SECRET are missing": not (
            settings.WECHAT_APPID and settings.WECHAT_SECRET
        ),
        "DISTRICT_WECHAT_BASE must be WeChat's own https address": not settings.WECHAT_BASE.startswith(
            ("https://api.weixin.qq.com/", "https://api2.weixin.qq.com/")
        ),
        "DEBUG must be off": settings.DEBUG,
        "The file-system broker serves one machine: set DISTRICT_BROKER_URL": (
            settings.CELERY_BROKER_URL.startswith("filesystem://")
        ),
    }
    return [
        Error(sentence, id=f"district.E{number:03}")
        for number, (sentence, wrong) in enumerate(refused.items(), start=1)
        if wrong
    ]


def _ring(ring: dict[int, bytes]) -> bool:
    return bool(ring) and all(
        len(key) == _KEY and 0 <= version < 256  # noqa: PLR2004
        for version, key in ring.items()
    )


def _shared_secret() -> bool:
    secrets = [*settings.MASTER_KEYS.values(), *settings.TOKEN_KEYS.values(), settings.PEPPER]
    return len(set(secrets)) != len(secrets)

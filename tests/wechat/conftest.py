from tests.wechat.fixtures import client_of, wechat, wechat_server, weixin
from tests.wechat.pay_fixtures import (
    merchant,
    merchant_key,
    pay,
    platform,
    platform_key,
    platform_keys,
)

__all__ = [
    "client_of",
    "merchant",
    "merchant_key",
    "pay",
    "platform",
    "platform_key",
    "platform_keys",
    "wechat",
    "wechat_server",
    "weixin",
]

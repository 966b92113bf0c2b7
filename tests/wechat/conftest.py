from tests.wechat.fixtures import client_of, wechat, wechat_server, weixin
from tests.wechat.pay_fixtures import (
    merchant,
    merchant_key,
    pay,
    platform,
    platform_key,
    platform_keys,
)
from tests.wechat.pay_sandbox import (
    make_order,
    read,
    receiver,
    sandbox,
    sandbox_of_session,
    sandbox_process,
    shop,
)

__all__ = [
    "client_of",
    "make_order",
    "merchant",
    "merchant_key",
    "pay",
    "platform",
    "platform_key",
    "platform_keys",
    "read",
    "receiver",
    "sandbox",
    "sandbox_of_session",
    "sandbox_process",
    "shop",
    "wechat",
    "wechat_server",
    "weixin",
]

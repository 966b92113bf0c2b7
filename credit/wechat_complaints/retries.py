"""How long calls about a complaint are made again: ten days, then a person looks."""

from district.wechat.pay_retries import PayRetries

RETRIES = PayRetries(days=10)
BATCH = 100

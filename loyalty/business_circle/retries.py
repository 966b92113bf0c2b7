"""How long calls to the smart district are made again: as long as it reports refunds, thirty days."""

from district.wechat.pay_retries import PayRetries

RETRIES = PayRetries(days=29)
BATCH = 100

"""The examples of the OpenAPI file."""

ORDER = "pay_2kTn8RcWq5XvM1zYdLs7Ea"
ORDER_OUT = {
    "id": ORDER,
    "state": "paid",
    "title": "已支付",
    "channel": "wechat",
    "purpose": "parking.stay",
    "subject": "sty_0fHq2kZ8bXvT4mWc9LrJ1s",
    "description": "停车费",
    "merchant_name": None,
    "amount_fen": 1500,
    "refunded_fen": 0,
    "refunding_fen": 500,
    "created_at": "2026-11-21T18:30:00+08:00",
    "expires_at": "2026-11-21T18:45:00+08:00",
    "paid_at": "2026-11-21T18:31:12+08:00",
    "closed_at": None,
    "refunds": [
        {
            "id": "prf_7n42DGM5Tflk9n8mt7Fhc7",
            "state": "processing",
            "title": "处理中",
            "amount_fen": 500,
            "reason": "优惠补退",
            "requested_at": "2026-11-21T19:02:40+08:00",
            "succeeded_at": None,
        }
    ],
}
PARAMETERS_OUT = {
    "channel": "wechat",
    "parameters": {
        "timeStamp": "1763721000",
        "nonceStr": "c5ac7061fccab6bf3e254dcf98995b8c",
        "package": "prepay_id=wx21183000000000a1b2c3d4e5f60000",
        "signType": "RSA",
        "paySign": "MEUCIQDb…",
    },
}

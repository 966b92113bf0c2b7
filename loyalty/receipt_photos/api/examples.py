"""The examples of the OpenAPI file."""

PHOTO = "bph_2kTn8RcWq5XvM1zYdLs7Ea"
PHOTO_OUT = {
    "id": PHOTO,
    "state": "submitted",
    "title": "待审核",
    "message": "门店正在审核，通过后积分自动到账。",
    "store": "str_0fHq2kZ8bXvT4mWc9LrJ1s",
    "store_name": "江南茶铺",
    "receipt_no": "20261121-0042",
    "paid_fen": 12680,
    "paid_at": "2026-11-21T18:30:00+08:00",
    "points": None,
    "at": "2026-11-21T20:12:08+08:00",
    "decided_at": None,
}
ALREADY = PHOTO_OUT | {
    "state": "already_earned",
    "title": "已积过分",
    "message": "这笔消费已经积过分，不再重复积分。",
    "points": 126,
    "decided_at": "2026-11-21T20:12:08+08:00",
}
WITHDRAWN = PHOTO_OUT | {
    "state": "withdrawn",
    "title": "已撤回",
    "message": "您已撤回。",
    "decided_at": "2026-11-21T20:15:30+08:00",
}

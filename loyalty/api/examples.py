"""The examples of the OpenAPI file: one sequence of calls of one till."""

STORE = "str_0fHq2kZ8bXvT4mWc9LrJ1s"
MEMBER = "mem_3nKd8RtYw1PzQe6UxVb4Ga"
EARNING = "tr_5cMf1TzXo8QsRg2WyAj7Hd"
SPENDING = "tr_6dNg2UaYp9RtSh3XzBk8Ie"

RECEIPT_IN = {
    "store": STORE,
    "member": MEMBER,
    "receipt_no": "20261121-0042",
    "paid_fen": 12680,
    "paid_at": "2026-11-21T18:30:00+08:00",
}
EARNED = {
    "id": EARNING,
    "kind": "earn",
    "points": 126,
    "available_after": 126,
    "reverses": None,
    "at": "2026-11-21T18:30:02+08:00",
}
RECEIPT_OUT = {**RECEIPT_IN, "points": 126, "repaid": 0, "transfer": EARNED, "review": None}
RECEIPT_WAITS = {
    **RECEIPT_OUT,
    "paid_fen": 8_000_000,
    "points": 80_000,
    "transfer": {**EARNED, "points": 80_000, "available_after": 0},
    "review": {
        "state": "waiting",
        "points": 80_000,
        "exceeds": ["receipt"],
        "text": "积分超过上限，待运营方复核后可用。",
    },
}
SPENDING_IN = {
    "store": STORE,
    "visit": "vis_1aKd9RxVm6OqPe0UwYh5Fb",
    "points": 60,
    "request_no": "P-0007",
}
SPENT = {
    "id": SPENDING,
    "kind": "spend",
    "points": 60,
    "available_after": 66,
    "reverses": None,
    "at": "2026-11-21T19:05:11+08:00",
}
# Reported for the wrong member: undone whole, the bill may be reported again for the right one.
WRONG_MEMBER_IN = {"store": STORE, "transfer": EARNING, "reason": "扫错会员码"}
WRONG_MEMBER = {
    "id": "tr_8fPi4WcAr1TvUj5ZbDm0Kg",
    "kind": "reverse_earn",
    "points": 126,
    "available_after": 0,
    "reverses": EARNING,
    "at": "2026-11-21T18:31:40+08:00",
}
REVERSAL_IN = {"store": STORE, "transfer": SPENDING, "reason": "退货"}
REVERSED = {
    "id": "tr_7eOh3VbZq0SuTi4YaCl9Jf",
    "kind": "reverse_spend",
    "points": 60,
    "available_after": 126,
    "reverses": SPENDING,
    "at": "2026-11-21T19:06:40+08:00",
}
HOLD = "hld_8fPi4WcAr1TvUj5ZbDm0Kg"
HOLD_IN = {
    "store": STORE,
    "visit": "vis_1aKd9RxVm6OqPe0UwYh5Fb",
    "points": 60,
    "request_no": "H-0003",
    "minutes": 60,
}
HELD = {
    "id": HOLD,
    "state": "open",
    "purpose": "till",
    "store": STORE,
    "store_name": "江南茶铺",
    "merchant_name": "江南茶业",
    "request_no": "H-0003",
    "points": 60,
    "captured": 0,
    "expires_at": "2026-11-21T20:05:11+08:00",
    "at": "2026-11-21T19:05:11+08:00",
    "resolved_at": None,
    "transfer": None,
}
ASKED = {**HELD, "purpose": "confirm", "expires_at": "2026-11-21T19:10:11+08:00"}
PREVIEW_IN = {"store": STORE, "receipt_no": "20261121-0042", "fen": 3000}
PREVIEW = {
    "fen": 3000,
    "left_fen": 9680,
    "own": 30,
    "other": 0,
    "owed": 0,
    "ended": 0,
    "available_after": 36,
}
REFUND_IN = {**PREVIEW_IN, "refund_no": "R-0001"}
REFUNDED = {
    "id": "rfd_9gQj5XdBs2UwVk6AcEn1Lh",
    "parked": False,
    "store": STORE,
    "receipt_store": STORE,
    "receipt_no": "20261121-0042",
    "refund_no": "R-0001",
    "fen": 3000,
    "points": {"own": 30, "other": 0, "owed": 0, "ended": 0},
    "at": "2026-11-22T10:12:40+08:00",
}
PARKED = {**REFUNDED, "id": "prk_0hRk6YeCt3VxWl7BdFo2Mi", "parked": True, "points": None}

"""The fee of the stay of all examples: an hour and ten minutes, of which a shop gave one."""

from typing import Final

from parking.api.examples_stays import STAY

_LINES: Final = [
    {
        "kind": "credit",
        "rule": "credit",
        "starts_at": "2026-03-01T12:00:00+08:00",
        "ends_at": "2026-03-01T13:00:00+08:00",
        "units": 0,
        "unit_minutes": 0,
        "unit_price_fen": 0,
        "amount_fen": 0,
    },
    {
        "kind": "charge",
        "rule": "all_days.day.2",
        "starts_at": "2026-03-01T13:00:00+08:00",
        "ends_at": "2026-03-01T13:10:00+08:00",
        "units": 1,
        "unit_minutes": 60,
        "unit_price_fen": 800,
        "amount_fen": 800,
    },
]
COUPON_ID: Final = "cpn_7pYk3nRw5cVb9xQe2mTg4h"
QUOTE_IN: Final = {"coupons": [COUPON_ID], "points": 200}
FEE: Final = {
    "fee_fen": 800,
    "paid_fen": 0,
    "due_fen": 800,
    "credited_minutes": 60,
    "free_until": "2026-03-01T13:30:00+08:00",
    "exit_until": None,
    "lines": _LINES,
    "coupons": [
        {
            "id": COUPON_ID,
            "name": "停车 3 元券",
            "text": "停车抵 3 元",
            "minutes": 0,
            "fen": 300,
            "valid_until": "2026-04-01T00:00:00+08:00",
            "reason": "",
        }
    ],
    "takes_coupons": True,
}
_NOTHING: Final = {"minutes": 0, "points": 0, "coupon": None, "given_by": "", "returned_fen": 0}
QUOTE: Final = {
    "id": "pqt_9dLm4vXs6hFz2kRb8wNc3t",
    "stay": STAY["id"],
    "state": "quoted",
    "as_of": "2026-03-01T13:10:00+08:00",
    "valid_until": "2026-03-01T13:15:00+08:00",
    "fee_fen": 800,
    "lines": _LINES,
    "credited_minutes": 60,
    "settles_fen": 1600,
    "money_fen": 300,
    "tenders": [
        _NOTHING | {"kind": "validation", "amount_fen": 800, "minutes": 60, "given_by": "星河咖啡"},
        _NOTHING | {"kind": "amount_coupon", "amount_fen": 300, "coupon": COUPON_ID},
        _NOTHING | {"kind": "points", "amount_fen": 200, "points": 200},
        _NOTHING | {"kind": "money", "amount_fen": 300},
    ],
    "order": None,
    "paid_at": None,
    "exit_until": None,
}
VALIDATION_IN: Final = {
    "store": "str_4bGq8nHj2sWd6yKp5rTv9x",
    "receipt_no": "20260301-0187",
    "paid_fen": 23_800,
    "plate": "浙A12345",
}
VALIDATION: Final = {
    "id": "pvl_3cTn7kPb9gXd5wRq2mJs8v",
    "receipt_no": "20260301-0187",
    "minutes": 120,
    "state": "granted",
    "granted_at": "2026-03-01T12:40:00+08:00",
    "valid_until": "2026-03-02T12:40:00+08:00",
}

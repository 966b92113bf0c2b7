"""A car that left without paying, and one that stands at the way out."""

from typing import Final

from parking.api.examples import CAR_PARK_ID
from parking.api.examples_stays import STAY

LEAVE_IN: Final = {
    "car_park": CAR_PARK_ID,
    "plate": "浙A12345",
    "colour": "blue",
    "lane": "西出口 1",
}
LEAVE: Final = {
    "may_leave": True,
    "reason": "charge_accepted",
    "due_fen": 0,
    "stay": STAY["id"],
}
ARREARS: Final = {
    "id": "arr_2kZ8bXvT4mWc9LrJ1s7gHq",
    "state": "open",
    "cause": "charge_failed",
    "amount_fen": 1600,
    "stay": STAY["id"],
    "car_park": {"id": CAR_PARK_ID, "name": "湖滨地下停车场"},
    "plate": "浙A***45",
    "entered_at": "2026-03-01T12:00:00+08:00",
    "left_at": "2026-03-01T13:10:00+08:00",
    "opened_at": "2026-03-01T13:10:30+08:00",
    "due_at": "2026-03-01T13:10:30+08:00",
    "closed_at": None,
    "order": "pay_7n42DGM5Tflk9n8mt7Fhc7",
    "reminded_at": ["2026-03-01T13:11:00+08:00"],
}
ARREARS_PAGE: Final = {"results": [ARREARS | {"order": None}], "next": None}

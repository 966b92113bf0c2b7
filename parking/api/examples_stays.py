"""A car that drove in and out of the car park of all examples."""

from typing import Final

from parking.api.examples import CAR_PARK_ID

GATE_REPORT: Final = {
    "events": [
        {
            "event_id": "g1-20260301-000182",
            "car_park": CAR_PARK_ID,
            "direction": "entry",
            "occurred_at": "2026-03-01T12:00:00+08:00",
            "plate": "浙A12345",
            "colour": "blue",
            "lane": "东入口 1",
        },
        {
            "event_id": "g2-20260301-000077",
            "car_park": CAR_PARK_ID,
            "direction": "out",
            "occurred_at": "2026-03-01T13:10:00+08:00",
            "ticket": "q7Jm2xWq9LwJc5Rz",
        },
    ]
}
GATE_RESULTS: Final = {
    "accepted": 1,
    "repeated": 0,
    "refused": 1,
    "results": [
        {"place": 0, "outcome": "accepted", "problem": None},
        {
            "place": 1,
            "outcome": "invalid",
            "problem": {
                "code": "invalid",
                "title": "内容有误",
                "detail": "direction 须是 entry 或 exit。",
            },
        },
    ],
}
STAY: Final = {
    "id": "sty_5hTq2kZ8bXvT4mWc9LrJ1s",
    "car_park": {"id": CAR_PARK_ID, "name": "湖滨地下停车场"},
    "plate": "浙A12345",
    "colour": "blue",
    "state": "open",
    "entered_at": "2026-03-01T12:00:00+08:00",
    "left_at": None,
    "fee": {
        "fee_fen": 800,
        "lines": [
            {
                "kind": "charge",
                "rule": "all_days.day.1",
                "starts_at": "2026-03-01T12:00:00+08:00",
                "ends_at": "2026-03-01T13:00:00+08:00",
                "units": 1,
                "unit_minutes": 60,
                "unit_price_fen": 800,
                "amount_fen": 800,
            }
        ],
        "free_until": "2026-03-01T12:30:00+08:00",
        "next_change_at": "2026-03-01T13:01:00+08:00",
        "next_fee_fen": 1600,
    },
}
STAY_PAGE: Final = {"results": [STAY], "next": None}
ADMISSION_IN: Final = {"car_park": CAR_PARK_ID, "plate": "浙A12345", "colour": "blue"}
ADMISSION: Final = {
    "decision": "reserved",
    "reason": "in_time",
    "reservation": {
        "starts_at": "2026-03-01T12:00:00+08:00",
        "ends_at": "2026-03-01T14:00:00+08:00",
        "admitted_from": "2026-03-01T11:30:00+08:00",
        "late_until": "2026-03-01T12:30:00+08:00",
        "bay": None,
    },
}
TICKET_IN: Final = {"ticket": "q7Jm2xWq9LwJc5Rz"}
TICKET: Final = {"id": "tkt_3nQ8vZc6bXvT4mWc9LrJ1s", "bound_at": "2026-03-01T12:00:04+08:00"}

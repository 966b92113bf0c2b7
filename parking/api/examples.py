"""One car park that all examples of the OpenAPI file are taken from."""

from typing import Final

from district.merchants.api.examples import MERCHANT, VENUE

POOL_ID: Final = "pol_1kTn8VbXq3LwJc5RzKm9Hd"
CAR_PARK_ID: Final = "cpk_7gHq2kZ8bXvT4mWc9LrJ1s"
REPORT: Final = {
    "readings": [
        {"pool": POOL_ID, "occupied": 182, "measured_at": "2026-03-01T12:00:00+08:00"},
        {"pool": POOL_ID, "occupied": "many", "measured_at": "2026-03-01T12:05:00+08:00"},
    ]
}
REPORT_RESULTS: Final = {
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
                "detail": "occupied 须是 0 至 1000000 的整数。",
            },
        },
    ],
}
_POOL: Final = {
    "id": POOL_ID,
    "bay_class": "standard",
    "capacity": 200,
    "reservable_capacity": 20,
    "freshness": "fresh",
    "age_minutes": 2,
    "level": "available",
    "free_places": 18,
}
CAR_PARK: Final = {
    "id": CAR_PARK_ID,
    "name": "湖滨地下停车场",
    "operator": MERCHANT,
    "venue": VENUE,
    "address": "湖滨路 1 号",
    "latitude": 30.254321,
    "longitude": 120.164321,
    "height_limit_cm": 210,
    "open_now": True,
    "walking_metres": 240,
    "walking_minutes": 4,
    "pools": [_POOL],
}
CAR_PARK_DETAIL: Final = CAR_PARK | {
    "walking_metres": None,
    "walking_minutes": None,
    "state": "open",
    "round_the_clock": False,
    "hours": [{"weekday": 5, "opens": "07:00", "closes": "24:00", "closes_next_day": False}],
    "fee_note": "首小时 10 元，之后每半小时 5 元。",
    "price": {
        "minutes": 120,
        "fee_fen": 1600,
        "free_until": "2026-03-01T12:30:00+08:00",
        "lines": [
            {
                "kind": "charge",
                "rule": "all_days.day.1",
                "starts_at": "2026-03-01T12:00:00+08:00",
                "ends_at": "2026-03-01T14:00:00+08:00",
                "units": 2,
                "unit_minutes": 60,
                "unit_price_fen": 800,
                "amount_fen": 1600,
            }
        ],
    },
    "entrances": [{"name": "湖滨路入口", "kind": "in", "height_limit_cm": 210}],
    "floors": [{"name": "B2", "zones": ["A", "B"]}, {"name": "B1", "zones": ["A"]}],
    "pools": [
        _POOL
        | {
            "level": "full",
            "free_places": 0,
            "forecast": {
                "at": "2026-03-01T14:00:00+08:00",
                "weeks": 6,
                "level": "few",
                "free_places": 9,
            },
        }
    ],
    "alternatives": [CAR_PARK | {"id": "cpk_2xWq9LwJc3RzKm7HdTn1Vb", "name": "西湖大道停车场"}],
}

"""Where the car of all examples stands."""

from typing import Final

from parking.api.examples import CAR_PARK_ID

BAY_REPORT: Final = {
    "bays": [
        {
            "car_park": CAR_PARK_ID,
            "bay": "A-023",
            "floor": "B2",
            "zone": "A区",
            "occupied": True,
            "plate": "浙A12345",
            "measured_at": "2026-03-01T12:04:00+08:00",
        },
        {"car_park": CAR_PARK_ID, "bay": "A-024", "occupied": "no"},
    ]
}
BAY_RESULTS: Final = {
    "accepted": 1,
    "repeated": 0,
    "older": 0,
    "refused": 1,
    "results": [
        {"place": 0, "outcome": "accepted", "problem": None},
        {
            "place": 1,
            "outcome": "invalid",
            "problem": {
                "code": "invalid",
                "title": "内容有误",
                "detail": "occupied 须是 true 或 false。",
            },
        },
    ],
}
NOTE: Final = {"floor": "B2", "zone": "A区", "text": "电梯口对面"}
FREE_NOTE: Final = {"car_park": CAR_PARK_ID} | NOTE
LOCATION: Final = {
    "car_park": {"id": CAR_PARK_ID, "name": "湖滨地下停车场"},
    "reported_by": "bay",
    "floor": "B2",
    "zone": "A区",
    "bay": "A-023",
    "observed_at": "2026-03-01T12:04:00+08:00",
    "age_minutes": 75,
    "directions": "车停在湖滨地下停车场 B2 A区，车位 A-023。",
    "map": {
        "latitude": 30.254321,
        "longitude": 120.164321,
        "name": "湖滨地下停车场",
        "address": "湖滨路 1 号",
    },
    "note": {
        "floor": "B2",
        "zone": "A区",
        "bay": "",
        "text": "电梯口对面",
        "noted_at": "2026-03-01T12:03:00+08:00",
    },
    "has_photo": False,
}
NOTED: Final = LOCATION | {
    "reported_by": "note",
    "bay": "",
    "observed_at": "2026-03-01T12:03:00+08:00",
    "age_minutes": 76,
    "directions": "车停在湖滨地下停车场 B2 A区。",
}

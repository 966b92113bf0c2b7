"""A morning at the car park of all examples."""

from typing import Final

from parking.api.examples import CAR_PARK_ID

FLOW: Final = {
    "car_park": {"id": CAR_PARK_ID, "name": "湖滨地下停车场"},
    "capacity": 200,
    "total": {
        "entries": 46,
        "exits": 9,
        "present": 37,
        "peak": 38,
        "mean_stay_minutes": 52,
        "turnover": 0.23,
        "lost_exits": 0,
        "missing_entries": 0,
    },
    "hours": [
        {
            "starts_at": "2026-03-01T08:00:00+08:00",
            "entries": 46,
            "exits": 9,
            "present": 37,
            "peak": 38,
            "mean_stay_minutes": 52,
            "lost_exits": 0,
            "missing_entries": 0,
        }
    ],
}

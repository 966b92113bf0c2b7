"""A plate and its reservation that all examples of the OpenAPI file are taken from."""

from typing import Final

from parking.api.examples import CAR_PARK_ID, POOL_ID

VEHICLE_ID: Final = "veh_4mWc9LrJ1s7gHq2kZ8bXvT"
VEHICLE_IN: Final = {"plate": "浙AD12345", "colour": "green"}
VEHICLE: Final = {
    "id": VEHICLE_ID,
    "plate": "浙AD12345",
    "colour": "green",
    "kind": "new_energy",
    "is_default": True,
    "is_verified": False,
    "wechat_parking": {
        "state": "normal",
        "text": "已开通微信支付分停车，离场后自动扣费。",
    },
}
DISPUTE_IN: Final = VEHICLE_IN | {"statement": "该车登记在我名下，可提供行驶证。"}
DISPUTE: Final = {
    "id": "pld_8bXvT4mWc9LrJ1s7gHq2kZ",
    "state": "open",
    "opened_at": "2026-03-01T12:00:00+08:00",
}
RESERVE: Final = {
    "pool": POOL_ID,
    "vehicle": VEHICLE_ID,
    "starts_at": "2026-03-01T18:00:00+08:00",
    "ends_at": "2026-03-01T20:00:00+08:00",
}
CHANGE: Final = {
    "starts_at": "2026-03-01T18:30:00+08:00",
    "ends_at": "2026-03-01T20:30:00+08:00",
}
CONTEST: Final = {"statement": "18:05 已到东口，道闸没有识别车牌。"}
RESERVATION: Final = {
    "id": "rsv_J1s7gHq2kZ8bXvT4mWc9Lr",
    "state": "confirmed",
    "car_park": CAR_PARK_ID,
    "car_park_name": "湖滨地下停车场",
    "pool": POOL_ID,
    "bay_class": "standard",
    "bay": None,
    "vehicle": VEHICLE_ID,
    "plate": "浙A***45",
    "starts_at": "2026-03-01T18:00:00+08:00",
    "ends_at": "2026-03-01T20:00:00+08:00",
    "hold_expires_at": None,
    "free_cancel_until": "2026-03-01T17:30:00+08:00",
    "admitted_from": "2026-03-01T17:30:00+08:00",
    "late_until": "2026-03-01T18:30:00+08:00",
    "deposit_fen": 0,
    "deposit_order": None,
    "arrived_at": None,
    "stay": None,
    "ended_at": None,
    "reason": "",
    "contest": None,
}
RECORD: Final = {
    "is_good": True,
    "needs_deposit": False,
    "pays_after_leaving": True,
    "lines": [
        {
            "fact": "completed",
            "text": "近 180 天按预约停车 5 次，满 3 次即可免定金。",
            "count": 5,
            "needed": 3,
            "is_met": True,
        },
        {
            "fact": "no_shows",
            "text": "近 180 天预约未到场 0 次，不超过 1 次即可免定金。",
            "count": 0,
            "needed": 1,
            "is_met": True,
        },
        {
            "fact": "unpaid_holds",
            "text": "近 180 天未按时支付定金 0 次，不超过 1 次即可免定金。",
            "count": 0,
            "needed": 1,
            "is_met": True,
        },
        {
            "fact": "paid_late",
            "text": "近 180 天未按时补缴停车费 0 次，不超过 1 次即可免定金、先离场后付费。",
            "count": 0,
            "needed": 1,
            "is_met": True,
        },
        {
            "fact": "unpaid_arrears",
            "text": "目前有 0 笔逾期未付的停车费，付清后即可预约、先离场后付费。",
            "count": 0,
            "needed": 0,
            "is_met": True,
        },
    ],
}

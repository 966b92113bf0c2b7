"""One small district that all examples of the OpenAPI file are taken from."""

from typing import Any, Final

STORE_ID: Final = "str_0fHq2kZ8bXvT4mWc9LrJ1s"
MERCHANT: Final = {"id": "mrc_2xPq7YkWn4BtZs8GvRf1Lc", "name": "星河咖啡"}
VENUE: Final = {"id": "ven_6cWr1TbXq3MnKz9HvJd5Pf", "kind": "mall", "name": "湖滨广场"}
VENUE_DETAIL: Final = VENUE | {
    "address": "湖滨路 1 号",
    "floors": ["B1", "1F", "2F"],
    "latitude": 30.254321,
    "longitude": 120.164321,
}
TRADE: Final = {"code": "cafe", "name": "咖啡茶饮"}
STORE: Final = {
    "id": STORE_ID,
    "name": "星河咖啡湖滨店",
    "merchant": MERCHANT,
    "venue": VENUE,
    "trade": TRADE,
    "floor": "1F",
    "unit_no": "108",
    "phone": "0571-88880000",
    "round_the_clock": False,
    "open_now": True,
    "in_alliance": True,
}
STORE_DETAIL: Final = STORE | {
    "venue": VENUE_DETAIL,
    "intro": "现磨咖啡与手作面包。",
    "state": "open",
    "hours": [{"weekday": 5, "opens": "18:00", "closes": "02:00", "closes_next_day": True}],
}
MERCHANT_DETAIL: Final = MERCHANT | {"in_alliance": True, "stores": [STORE]}

_MEMBER: Final[dict[str, Any]] = {
    "id": "mem_3nKd8RtYw1PzQe6UxVb4Ga",
    "nickname": "小林",
    "phone_masked": "138****8000",
}
LOOK_UP_BY_CODE: Final = {
    "member": _MEMBER,
    "visit": {
        "token": "vis_8Jm2QzT5cXwK1rNdLh7PvYb3sFgA9uEo4iCkRtWx6Bq",
        "expires_at": "2026-03-01T12:10:00+08:00",
    },
}
LOOK_UP_BY_PHONE: Final = {"member": _MEMBER | {"nickname": "小*"}, "visit": None}
TILL: Final = {
    "key": {"id": "key_5gTn1VbXq9LwJc3RzKm7Hd", "name": "一楼收银台"},
    "merchant": MERCHANT | {"in_alliance": True},
    "stores": [{"id": STORE_ID, "name": "星河咖啡湖滨店", "state": "open"}],
    "server_time": "2026-03-01T12:00:00+08:00",
}


def page(row: Any) -> dict[str, Any]:
    return {"results": [row], "next": None}

"""Examples of the OpenAPI file, of the same small district as all others."""

from typing import Any, Final

from credit.score.policy_document import credit_v1, policy_document
from district.merchants.api import examples

STORE: Final[dict[str, Any]] = {
    "id": examples.STORE_ID,
    "name": "星河咖啡湖滨店",
    "merchant": examples.MERCHANT
    | {"legal_name": "杭州星河餐饮有限公司", "uscc": "91330100MA27XW7R2K"},
    "venue": examples.VENUE,
    "floor": "1F",
    "unit_no": "108",
    "state": "open",
}
CHECKED_CODE: Final = {
    "status": "valid",
    "is_signature_right": True,
    "checked_at": "2026-03-01T12:00:00+08:00",
    "store": STORE,
}
STATISTICS: Final[dict[str, Any]] = {
    "cases": 6,
    "purchases": 3500,
    "unanswered": 0,
    "deemed": 1,
    "per_thousand_purchases": 1.7143,
    "first_answer_median_minutes": 95,
    "on_time_share": 1.0,
    "settled_share": 0.8333,
    "satisfied_share": None,
    "repeats": 1,
    "upheld": [{"category": "quality", "cases": 5}],
}
STORE_CREDIT: Final = {
    "store": STORE,
    "has_live_code": True,
    "licence": {
        "status": "valid",
        "number": "330100000123456",
        "valid_from": "2021-05-01",
        "valid_until": None,
        "verified_at": "2026-01-15T10:00:00+08:00",
    },
    "profile": {"address": "湖滨广场 1F 108", "price_policy": "明码标价，七日内可退换。"},
    "promises": [{"name": "放心消费", "description": "明码标价，不售假冒伪劣商品。"}],
    "records": [
        {
            "origin": "public",
            "level": "general",
            "title": "未明码标价",
            "authority": "西湖区市场监督管理局",
            "determined_on": "2026-01-31",
            "ends_on": "2027-01-31",
            "remaining_days": 336,
            "is_disputed": False,
            "statement": "已整改，全部商品明码标价。",
        }
    ],
    "score": {
        "as_of": "2026-02-28",
        "policy": "credit-v1",
        "grade": "A",
        "score": 93.3,
        "raw": 93.2937,
        "low": 88.3671,
        "high": 98.2203,
        "evidence": "medium",
        "excluded_ratings": 0,
        "inputs_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    },
    "contributions": [{"text": "没有任何事实的商户：83.8 分", "points": 83.75}],
    "grade_limits": [],
    "changes": [{"text": "再有 20 位真实消费者给出五星评价：+0.8 分", "points": 0.7613}],
    "statements": [{"fact": "inspection", "text": "价签已全部补齐。", "approved_on": "2026-02-10"}],
    "statistics": STATISTICS,
}
DISTRICT_STATISTICS: Final = {
    "as_of": "2026-02-28",
    "district": STATISTICS | {"cases": 41, "purchases": 26_000, "per_thousand_purchases": 1.5769},
    "venues": [{"venue": examples.VENUE, "statistics": STATISTICS}],
    "trades": [
        {"trade": {"code": "dining", "name": "餐饮"}, "statistics": STATISTICS | {"upheld": []}}
    ],
}
RATING_IN: Final = {
    "store": examples.STORE_ID,
    "receipt_no": "B2026030100018",
    "stars": 5,
    "text": "咖啡很好，服务周到。",
}
RATING: Final = {
    "id": "rtg_4hTn8VbXq9LwJc3RzKm7Hd",
    "store": examples.STORE_ID,
    "stars": 5,
    "text": "咖啡很好，服务周到。",
    "is_text_hidden": False,
    "rated_at": "2026-03-01T12:30:00+08:00",
    "reply": "谢谢光临！",
    "replied_at": "2026-03-01T18:00:00+08:00",
}
RANKED_MERCHANT: Final = {
    "merchant": examples.MERCHANT,
    "as_of": "2026-02-28",
    "grade": "A",
    "score": 93.3,
    "rank_key": 88.3671,
}
_POLICY: Final = policy_document(credit_v1())
CREDIT_POLICIES: Final = {
    "as_of": "2026-03-01",
    "in_force": {
        "version": "credit-v1",
        "sha256": credit_v1().sha256,
        "effective_on": None,
        "reason": "",
        "document": _POLICY,
        "shadow": None,
    },
    "announced": [
        {
            "version": "credit-v2",
            "sha256": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
            "effective_on": "2026-04-01",
            "reason": "提高 A 级的要求。",
            "document": _POLICY | {"version": "credit-v2", "grades": _POLICY["grades"] | {"A": 92}},
            "shadow": {
                "compared_with": "credit-v1",
                "as_of": "2026-02-28",
                "merchants": 300,
                "changed": 7,
                "changes": [
                    {"before": "A", "after": "A", "merchants": 120},
                    {"before": "A", "after": "B", "merchants": 7},
                    {"before": None, "after": None, "merchants": 173},
                ],
                "largest_rise": 0.0,
                "largest_fall": 0.0,
                "made_at": "2026-03-01T10:00:00+08:00",
            },
        }
    ],
    "earlier": [],
}

"""Bodies that the contract shows."""

STORE = "str_7n42DGM5Tflk9n8mt7Fhc7"
CHOICES = {
    "categories": [{"code": "quality", "text": "商品质量"}],
    "wishes": [{"code": "refund", "text": "退款"}],
}
FILE = {
    "store": STORE,
    "category": "quality",
    "description": "6 月 1 日购买的咖啡机漏水，店员不予处理。",
    "wish": "refund",
    "amount_fen": 9900,
    "receipt_no": "HB20260601-0042",
    "anonymity": 1,
    "evidence": ["漏水的照片三张"],
    "files": ["evf_7n42DGM5Tflk9n8mt7Fhc7"],
}
FILE_BY_CODE = {
    "code": "m=7n42DGM5Tflk9n8mt7Fhc7",
    "category": "service",
    "description": "排队一小时后被告知卖完。",
    "wish": "apologise",
}
TIP_OFF = {
    "store": STORE,
    "category": "safety",
    "description": "冷藏柜温度常年高于 10 度。",
}
CASE = {
    "id": "cas_7n42DGM5Tflk9n8mt7Fhc7",
    "number": "TS00000012",
    "kind": "complaint",
    "store": STORE,
    "store_name": "星河咖啡湖滨店",
    "category": "quality",
    "wish": "refund",
    "amount_fen": 9900,
    "is_verified": True,
    "anonymity": 1,
    "state": "negotiating",
    "state_name": "协商中",
    "outcome": "",
    "refunded_fen": 0,
    "filed_at": "2026-06-01T09:00:00+08:00",
    "accepted_at": "2026-06-01T10:00:00+08:00",
    "closed_at": None,
    "next_due_at": "2026-06-05T00:00:00+08:00",
    "merged_into_state": None,
    "master": None,
    "timeline": [
        {
            "seq": 1,
            "at": "2026-06-01T09:00:00+08:00",
            "actor": "shopper",
            "action": "submit",
            "text": "提交投诉",
            "to_state": "submitted",
            "reason": "",
            "note": "6 月 1 日购买的咖啡机漏水，店员不予处理。",
        }
    ],
    "evidence": [
        {
            "id": "evd_7n42DGM5Tflk9n8mt7Fhc7",
            "given_by": "shopper",
            "at": "2026-06-01T09:00:00+08:00",
            "kind": "image",
            "media_type": "image/jpeg",
            "size_bytes": 2381042,
            "sha256": "5f2b0a6f3f0d7c2a9f1f3f5d1a0b8c7e6d5c4b3a29181706f5e4d3c2b1a09f8e",
            "text": None,
            "check": "passed",
            "is_erased": False,
            "link": "/api/v1/me/evidence/content/AEBAGBAFAYDQQCIKBMGA2DQPCAIREEYUCULBOGA",
            "link_until": "2026-06-01T09:15:00+08:00",
        }
    ],
    "clocks": [
        {
            "name": "proposal",
            "text": "方案有效期",
            "party": "",
            "due_at": "2026-06-05T00:00:00+08:00",
            "is_paused": False,
            "is_provisional": False,
        }
    ],
    "proposal": {
        "side": "merchant",
        "remedy": {"kind": "refund", "amount_fen": 6000, "due_on": None},
    },
    "remedy": None,
    "actions": ["accept_proposal", "escalate", "propose", "transfer", "withdraw"],
}
REMEDY = {"kind": "refund", "amount_fen": 6000}
SUPPLY = {"text": "是 6 月 1 日上午的那一单。", "receipt_no": "HB20260601-0042"}
EVALUATION = {"speed": 4, "fairness": 5, "result": 4, "resolved": "yes", "text": "处理及时"}
TRANSFER = {"authority": "12315", "reference": "330106202606010001"}

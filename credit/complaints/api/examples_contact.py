"""Bodies of drafts, messages and notices that the contract shows."""

from credit.complaints.api.examples import STORE

DRAFT_IN = {"store": STORE, "category": "quality", "description": "6 月 1 日购买的咖啡机漏水"}
DRAFT_BY_CODE = {"code": "crc_7n42DGM5Tflk9n8mt7Fhc7", "category": "price"}
DRAFT = {
    "id": "dft_7n42DGM5Tflk9n8mt7Fhc7",
    "store": STORE,
    "store_name": "星河咖啡湖滨店",
    "category": "quality",
    "wish": "",
    "amount_fen": 0,
    "receipt_no": "",
    "anonymity": 0,
    "description": "6 月 1 日购买的咖啡机漏水",
    "evidence": [],
    "saved_at": "2026-06-01T09:00:00+08:00",
    "expires_at": "2026-07-01T09:00:00+08:00",
    "case": None,
}
MESSAGE_IN = {"text": "我周六下午可以把机器送到店里，电话 13800001234。"}
MESSAGE = {
    "id": "msg_7n42DGM5Tflk9n8mt7Fhc7",
    "is_mine": True,
    "text": "我周六下午可以把机器送到店里，电话 〔已隐去〕。",
    "is_masked": True,
    "state": "checking",
    "written_at": "2026-06-01T09:00:00+08:00",
    "sent_at": None,
    "read_at": None,
}
NOTICE = {
    "id": "ntc_7n42DGM5Tflk9n8mt7Fhc7",
    "case": "cas_7n42DGM5Tflk9n8mt7Fhc7",
    "case_number": "TS00000012",
    "case_kind": "complaint",
    "kind": "event",
    "code": "answer",
    "text": "案件有新进展：答复",
    "at": "2026-06-01T09:00:00+08:00",
    "due_at": None,
    "is_read": False,
}
NOTICES_READ = {"notices": ["ntc_7n42DGM5Tflk9n8mt7Fhc7"]}
WALK_IN_CASE = {
    "number": "TS00000012",
    "store_name": "星河咖啡湖滨店",
    "state": "awaiting_merchant",
    "state_name": "待商户答复",
    "filed_at": "2026-06-01T09:00:00+08:00",
}

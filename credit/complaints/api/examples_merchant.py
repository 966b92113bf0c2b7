"""Bodies of the merchant's side that the contract shows."""

from credit.complaints.api.examples import CASE, REMEDY

ANSWER = {"stance": "offer", "text": "同意部分退款，并请您将咖啡机带回检测。"}
EVIDENCE = {
    "text": "见附件说明。",
    "evidence": ["6 月 1 日收银小票存根", "监控时间 10:02 至 10:05"],
}
DONE = {"refund_fen": 6000, "evidence": ["微信退款单 50000408312026060100001"]}
APPEAL = {"text": "裁定依据的价签照片并非本店价签。", "evidence": ["本店价签照片"]}
PROPOSAL = REMEDY | {"text": "三个工作日内原路退回。"}
_SHARED = (
    *("id", "number", "store", "store_name", "category", "wish", "amount_fen", "anonymity"),
    *("state", "state_name", "outcome", "refunded_fen", "filed_at", "accepted_at", "closed_at"),
)
ROW = {name: CASE[name] for name in _SHARED} | {
    "paid_fen": 9900,
    "shopper": {"nickname": "林*", "receipt_no": "", "receipt_ending": "42"},
    "severity": "ordinary",
    "finding": "",
    "due_at": "2026-06-05T00:00:00+08:00",
}
PAGE = {"results": [ROW], "next": None}
CASE_OF_MERCHANT = ROW | {
    "timeline": CASE["timeline"],
    "evidence": [
        {
            "id": "evd_7n42DGM5Tflk9n8mt7Fhc7",
            "given_by": "shopper",
            "at": "2026-06-01T09:00:00+08:00",
            "text": "漏水的照片三张",
            "media_type": "text/plain; charset=utf-8",
        }
    ],
    "clocks": CASE["clocks"],
    "proposal": {
        "side": "shopper",
        "remedy": {"kind": "refund", "amount_fen": 9900, "due_on": None},
    },
    "remedy": None,
    "actions": ["accept_proposal", "propose"],
}

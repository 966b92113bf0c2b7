"""The examples of the OpenAPI file."""

from loyalty.api.examples import MEMBER, STORE

BATCH_IN = {"format": "csv", "name": "20261121.csv"}
OPENED = {
    "id": "bat_9gQj5XdBs2UwVk6AcEn1Lh",
    "name": "20261121.csv",
    "format": "csv",
    "state": "receiving",
    "received_bytes": 0,
    "rows": 0,
    "answered": 0,
    "posted": 0,
    "parked": 0,
    "repeated": 0,
    "refused": 0,
    "points": 0,
    "created_at": "2026-11-21T22:05:00+08:00",
    "submitted_at": None,
    "finished_at": None,
}
DONE = OPENED | {
    "state": "done",
    "received_bytes": 231,
    "rows": 2,
    "answered": 2,
    "posted": 1,
    "refused": 1,
    "points": 126,
    "submitted_at": "2026-11-21T22:05:01+08:00",
    "finished_at": "2026-11-21T22:05:02+08:00",
}
CONTENT = (
    "store,member,receipt_no,paid_fen,paid_at\n"
    f"{STORE},{MEMBER},20261121-0042,12680,2026-11-21T18:30:00+08:00\n"
)
ANSWERS = [
    {
        "line": 2,
        "kind": "receipt",
        "state": "posted",
        "number": "20261121-0042",
        "points": 126,
        "transfer": "tr_5cMf1TzXo8QsRg2WyAj7Hd",
        "refund": None,
        "problem": None,
    },
    {
        "line": 3,
        "kind": "receipt",
        "state": "refused",
        "number": "20261121-0043",
        "points": 0,
        "transfer": None,
        "refund": None,
        "problem": {
            "type": "tag:smart-district,2026:problem/member_not_found",
            "code": "member_not_found",
            "status": 404,
            "title": "没有找到会员",
            "detail": "没有找到这位会员，请让顾客重新出示会员码。",
        },
    },
]
RECONCILIATION_IN = {
    "store": STORE,
    "day": "2026-11-21",
    "receipts": {
        "count": 2,
        "fen": 20680,
        "each": [
            {"number": "20261121-0042", "fen": 12680},
            {"number": "20261121-0043", "fen": 8000},
        ],
    },
    "refunds": {"count": 0, "fen": 0},
    "spendings": {"count": 1, "points": 60},
}
RECONCILED = {
    "id": "rec_0hRk6YeCt3VxWl7BdFo2Mi",
    "store": STORE,
    "day": "2026-11-21",
    "agrees": False,
    "receipts": {"theirs": {"count": 2, "fen": 20680}, "ours": {"count": 1, "fen": 12680}},
    "refunds": {"theirs": {"count": 0, "fen": 0}, "ours": {"count": 0, "fen": 0}},
    "spendings": {"theirs": {"count": 1, "points": 60}, "ours": {"count": 1, "points": 60}},
    "differences": 1,
    "listed": [
        {
            "kind": "receipt",
            "what": "missing_here",
            "number": "20261121-0043",
            "theirs": 8000,
            "ours": None,
        }
    ],
    "at": "2026-11-21T22:30:00+08:00",
}

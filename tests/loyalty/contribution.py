"""What the cross-cutting tests need to know of the ledger; see tests/contributions.py."""

from typing import Any

from district.kernel import clock
from tests.admin.points_history import make_ceilings, make_decisions, make_postings
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.loyalty import ask_confirmation, buy, make_hold, pay_points

ACCEPTED_VALUES = {("reverse_transfer", "reason", "SQL")}
OPTIONAL_FIELDS = {("post_refund", "receipt_store"), ("preview_refund", "receipt_store")}
PERMISSIONS = {
    "view_receipts": "owner manager cashier finance",
    "view_clearing": "owner finance",
    "post_refunds": "owner manager",
    "settle_bills": "owner manager",
}


def right_requests(store_visit: StoreVisit) -> RightRequests:
    member, store = store_visit.member, store_visit.store
    earned = buy(member, store, fen=50_000)
    assert earned.granted == 500
    spent = pay_points(member, store, points=10)
    at = {"store": store.public_id}
    spending = at | {"visit": store_visit.visit.token, "points": 60}
    returned = at | {
        "receipt_no": earned.receipt_no,
        "fen": 3_000,
        "receipt_store": store.public_id,
    }
    return RightRequests(
        bodies={
            "post_receipt": at
            | {
                "member": member.public_id,
                "receipt_no": "20261121-0042",
                "paid_fen": 12_680,
                "paid_at": clock.now().isoformat(),
            },
            "spend_points": spending | {"request_no": "P-0007"},
            "reverse_transfer": at | {"transfer": spent.public_id, "reason": "扫错会员码"},
            "hold_points": spending | {"request_no": "H-0003", "minutes": 60},
            "capture_hold": {"points": 40},
            "post_refund": returned | {"refund_no": "R-0001"},
            "preview_refund": returned,
        },
        ids={
            **{
                "/api/v1/till/holds/{hold}" + action: make_hold(member, store, points=60).public_id
                for action in ("", "/capture", "/void")
            },
            **{
                "/api/v1/me/points/requests/{hold}" + action: ask_confirmation(
                    member, store, points=60
                ).public_id
                for action in ("/confirm", "/decline")
            },
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    member, store = store_visit.member, store_visit.store
    receipt = buy(member, store, fen=10**11)
    spent = pay_points(member, store, points=1)

    def hold(points: int) -> Any:
        return lambda: {"hold": make_hold(member, store, points=points).public_id}

    def confirmation() -> dict[str, str]:
        return {"hold": ask_confirmation(member, store, points=1).public_id}

    return AimedRequests(
        known={"transfer": spent.public_id, "paid_at": spent.at.isoformat()},
        fresh={
            "POST /api/v1/till/refunds": {"receipt_no": lambda: receipt.receipt_no},
            "POST /api/v1/till/refunds/preview": {"receipt_no": lambda: receipt.receipt_no},
        },
        named={
            "/api/v1/me/points/requests/{hold}/confirm": confirmation,
            "/api/v1/me/points/requests/{hold}/decline": confirmation,
            "/api/v1/till/holds/{hold}": hold(1),
            "/api/v1/till/holds/{hold}/capture": hold(99),
            "/api/v1/till/holds/{hold}/void": hold(1),
        },
    )


def make_admin_rows(two_merchants: Any) -> None:
    make_postings(two_merchants)
    make_decisions(two_merchants)
    for side in two_merchants.sides:
        make_ceilings(side, by=two_merchants.operator)

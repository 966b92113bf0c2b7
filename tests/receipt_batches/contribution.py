"""What the cross-cutting tests need to know of batches; see tests/contributions.py."""

from collections.abc import Callable
from typing import Any

from district.kernel import clock
from district.merchants.models import Store
from loyalty import services as loyalty
from loyalty.models import ParkedRefund
from loyalty.receipt_batches import services as batches
from loyalty.receipt_batches.models import Batch, Reconciliation
from loyalty.receipt_batches.services import DayTotals, TillCount
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.loyalty import fresh_key
from tests.receipt_batches.rows import post_all, receipt_row, refund_row, upload

ACCEPTED_VALUES = {("open_batch", "name", "SQL")}
PERMISSIONS = {"upload_batches": "owner manager"}

CONTENT = "store,member,receipt_no,paid_fen,paid_at\n,,1,1,\n"
_NOTHING = TillCount(0, 0)


def right_requests(store_visit: StoreVisit) -> RightRequests:
    """About a batch that waits to be submitted, and a day that was compared."""
    batch = batches.open_batch(
        merchant=store_visit.store.merchant,
        stores=[store_visit.store.pk],
        format="ndjson",
        name="",
        actor="till:1",
        key=fresh_key(),
    )
    batches.receive_content(batch=batch, offset=0, pieces=[b"{}\n"])
    today = clock.business_day(clock.now())
    return RightRequests(
        bodies={
            "open_batch": {"format": "csv"},
            "submit_batch": {"bytes": 3},
            "reconcile_day": {
                "store": store_visit.store.public_id,
                "day": today.isoformat(),
                "receipts": {"count": 1, "fen": 5, "each": [{"number": "A", "fen": 5}]},
                "refunds": {"count": 0, "fen": 0},
                "spendings": {"count": 0, "points": 0},
            },
        },
        ids={
            "/api/v1/till/reconciliations/{reconciliation}": _reconcile(
                store_visit.store
            ).public_id,
            **{
                "/api/v1/till/batches/{batch}" + action: batch.public_id
                for action in ("", "/content", "/submit", "/rows", "/answers.ndjson")
            },
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    submitted = upload(store_visit.store, CONTENT.encode(), format=Batch.Format.CSV)
    reconciliation = _reconcile(store_visit.store)

    def batch() -> dict[str, str]:
        return {"batch": submitted.public_id}

    named: dict[str, Callable[[], dict[str, str]]] = {
        "/api/v1/till/batches/{batch}" + action: batch
        for action in ("", "/answers.ndjson", "/rows", "/submit")
    }
    return AimedRequests(
        fresh={
            "POST /api/v1/till/batches/{batch}/submit": {"bytes": lambda: submitted.received_bytes}
        },
        named=named
        | {
            "/api/v1/till/reconciliations/{reconciliation}": lambda: {
                "reconciliation": reconciliation.public_id
            }
        },
    )


def make_admin_rows(two_merchants: Any) -> None:
    """At both a file with a right row, a wrong one and a refund nobody knows, and a day that does not agree."""
    for side in two_merchants.sides:
        row = receipt_row(side.store, two_merchants.member, no=f"{side.merchant.pk}F1")
        post_all(side.store, [row, "{", refund_row(side.store, f"{side.merchant.pk}X", fen=1)])
        unknown = ParkedRefund.objects.get(receipt_no=f"{side.merchant.pk}X")
        loyalty.dismiss_refund(parked=unknown, note="不是我们的小票", by=two_merchants.operator)
        receipts = TillCount(1, 5, [(f"{side.merchant.pk}T", 5)])
        _reconcile(side.store, receipts, actor="till:0")


def _reconcile(
    store: Store, receipts: TillCount = _NOTHING, *, actor: str = "till:1"
) -> Reconciliation:
    return batches.reconcile_day(
        store=store,
        day=clock.business_day(clock.now()),
        till_totals=DayTotals(receipts, _NOTHING, _NOTHING),
        actor=actor,
        key=fresh_key(),
    )

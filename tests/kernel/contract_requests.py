"""A right request to every operation of the contract, to be spoilt by test_every_endpoint.py."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from district.kernel import clock
from district.members import services as members
from loyalty.receipt_batches import services as batches
from tests.factories.coupons import claim, coupon_requests, make_version
from tests.factories.loyalty import (
    ask_confirmation,
    buy,
    fresh_key,
    make_earning_store,
    make_hold,
    pay_points,
)
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text, till_of, visit_of
from tests.factories.offline import first_log_upload, make_terminal
from tests.receipt_photos.photo_steps import purchase, send

CONTRACT = json.loads((settings.ROOT / "docs" / "openapi.json").read_text())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
]
BY_NAME = {
    operation["operationId"]: (method, path, operation) for method, path, operation in OPERATIONS
}
# Bodies that are no JSON have tests of their own (tests/receipt_photos/test_photos_api.py, tests/receipt_batches).
FORMS = {
    name
    for name, (_, _, operation) in BY_NAME.items()
    if "application/json"
    not in operation.get("requestBody", {}).get("content", {"application/json": 0})
}
WRITES = [
    name
    for name, (_, _, operation) in BY_NAME.items()
    if "requestBody" in operation and name not in FORMS
]
KEYED = [
    name
    for name, (_, _, operation) in BY_NAME.items()
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    and name not in FORMS
]
SECURED = [
    name for name, (_, _, operation) in BY_NAME.items() if any(operation.get("security", [{}]))
]
# A part of an address that names a row.
NAME = re.compile(r"\{\w+\}")
# What a request may leave behind although it is refused: counts of attempts, and when a key was used.
NOT_COUNTED = {"kernel_ratewindow", "kernel_cache", "django_session"}


class ContractRequests:
    """A member with points at a counter of a till, and the tokens of both."""

    def __init__(self) -> None:
        self.member, store = make_member(), make_earning_store()
        earned = buy(self.member, store, fen=50_000)
        visit = visit_of(self.member, till_of(store), store)
        spent = pay_points(self.member, store, points=10)
        code = members.issue_card_code(member=self.member).code
        self.tokens = {
            "tillKey": till_key_text(store),
            "shopper": members.open_session(member=self.member).token,
        }
        at = {"store": store.public_id}
        self.bodies: dict[str, dict[str, Any]] = {
            "sign_in": {"code": "0e1Aq2000bkN5R1xyz000e1Aq2000bkN"},
            "change_my_profile": {"nickname": "小林", "birthday": "1990-05-01"},
            "bind_my_phone": {"code": "2f1c6a0b9d3e4f5a8b7c6d5e4f3a2b1c"},
            "look_up_member": at | {"code": code},
            "post_receipt": at
            | {
                "member": self.member.public_id,
                "receipt_no": "20261121-0042",
                "paid_fen": 12_680,
                "paid_at": clock.now().isoformat(),
            },
            "spend_points": at | {"visit": visit.token, "points": 60, "request_no": "P-0007"},
            "reverse_transfer": at | {"transfer": spent.public_id, "reason": "扫错会员码"},
        }
        returned = at | {"receipt_no": earned.receipt_no, "fen": 3_000}
        self.bodies |= {
            "hold_points": self.bodies["spend_points"] | {"request_no": "H-0003", "minutes": 60},
            "capture_hold": {"points": 40},
            "post_refund": returned | {"receipt_store": store.public_id, "refund_no": "R-0001"},
            "preview_refund": returned | {"receipt_store": store.public_id},
        }
        self.ids = {
            "/api/v1/stores/{id}": store.public_id,
            "/api/v1/merchants/{id}": store.merchant.public_id,
        }
        for act in ("", "/capture", "/void"):
            held = make_hold(self.member, store, points=60)
            self.ids["/api/v1/till/holds/{hold}" + act] = held.public_id
        for act in ("/confirm", "/decline"):
            request = ask_confirmation(self.member, store, points=60)
            self.ids["/api/v1/me/points/requests/{hold}" + act] = request.public_id
        photo = send(self.member, store, purchase("PHOTO1", 4_200))
        self.ids["/api/v1/me/receipts/{photo}/withdraw"] = photo.public_id
        self._upload(store)
        coupons = coupon_requests(self.member, store, visit.token)
        self.bodies |= coupons.bodies
        self.ids |= coupons.ids
        self._prepare_offline(store)
        assert earned.granted == 500

    def _prepare_offline(self, store: Any) -> None:
        """A coupon that may be leased, and a terminal with nothing in its log yet."""
        held = claim(make_version(offline="leased"), self.member)
        terminal = make_terminal(store).public_id
        self.bodies |= {
            "lease_coupon": {"store": store.public_id, "hours": 4},
            "equip_terminal": {"last_seq": 0},
            "upload_log": first_log_upload(),
        }
        self.ids |= {
            "/api/v1/me/coupons/{coupon}/lease": held.public_id,
            "/api/v1/till/terminals/{terminal}/kits": terminal,
            "/api/v1/till/terminals/{terminal}/log": terminal,
        }

    def _upload(self, store: Any) -> None:
        """A batch that waits to be submitted, and a day that was compared."""
        batch = batches.open_batch(
            merchant=store.merchant,
            stores=[store.pk],
            format="ndjson",
            name="",
            actor="till:1",
            key=fresh_key(),
        )
        batches.receive_content(batch=batch, offset=0, pieces=[b"{}\n"])
        none = batches.TillCount(0, 0)
        today = clock.business_day(clock.now())
        day = batches.reconcile_day(
            store=store,
            day=today,
            till_totals=batches.DayTotals(none, none, none),
            actor="till:1",
            key=fresh_key(),
        )
        self.bodies |= {
            "open_batch": {"format": "csv"},
            "submit_batch": {"bytes": 3},
            "reconcile_day": {
                "store": store.public_id,
                "day": today.isoformat(),
                "receipts": {"count": 1, "fen": 5, "each": [{"number": "A", "fen": 5}]},
                "refunds": {"count": 0, "fen": 0},
                "spendings": {"count": 0, "points": 0},
            },
        }
        for act in ("", "/content", "/submit", "/rows", "/answers.ndjson"):
            self.ids["/api/v1/till/batches/{batch}" + act] = batch.public_id
        self.ids["/api/v1/till/reconciliations/{reconciliation}"] = day.public_id

    def call(
        self,
        name: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        query: str = "",
        **headers: str | None,
    ) -> Any:
        """The answer to a right request, except for what is given otherwise."""
        method, path, operation = BY_NAME[name]
        scheme = next(iter(operation.get("security", [{}])[0]), None)
        request_headers: dict[str, str | None] = {
            "Idempotency-Key": "k-1",
            "Content-Type": "application/json",
        }
        if scheme:
            request_headers["Authorization"] = f"Bearer {self.tokens[scheme]}"
        request_headers |= headers
        if raw is None:
            raw = json.dumps(self.bodies.get(name) if body is None else body).encode()
        return Client(raise_request_exception=False).generic(
            method,
            NAME.sub(self.ids.get(path, ""), path),
            raw if "requestBody" in operation else b"",
            content_type=request_headers.pop("Content-Type") or "application/octet-stream",
            QUERY_STRING=query,
            headers={name: value for name, value in request_headers.items() if value is not None},
        )


@pytest.fixture
def contract_requests(settings) -> ContractRequests:
    settings.WECHAT_BASE = "http://127.0.0.1:1/"
    made = ContractRequests()
    for name in SECURED:
        if BY_NAME[name][0] == "GET":
            made.call(name)  # notes that the tokens were used, which it does once a minute
    return made


def table_digests() -> dict[str, str]:
    """A digest of every table."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if table not in NOT_COUNTED
        ]
        digests = {}
        for table in tables:
            cursor.execute(
                f"select coalesce(md5(string_agg(row::text, chr(10) order by row::text)), '') from \"{table}\" row"
            )
            digests[table] = cursor.fetchone()[0]
        return digests


@pytest.fixture
def unchanged(contract_requests) -> Iterator[None]:
    before = table_digests()
    yield
    assert table_digests() == before

"""A counter, a member with coupons and what both can ask over HTTP; and that nothing was written."""

import json
from contextlib import contextmanager
from itertools import count
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from coupons import services as coupons
from coupons.models import Coupon
from district.members import services as members
from tests.factories.coupons import claim, issue, make_version
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, till_key_text

# All that a coupon's act may write, its outbox, audit and idempotency keys among it.
WRITTEN = (
    "coupons_",
    "issuing_",
    "settlement_",
    "loyalty_",
    "kernel_outbox",
    "kernel_audit",
    "kernel_idem",
)
REDEMPTIONS, CHECK = "/till/coupons/redemptions", "/till/coupons/check"
REFUNDS = "/till/coupons/refunds"
numbers = count(1)


class CounterRequests:
    """One store's till and one member's phone, with a coupon that may be used on any bill twice."""

    def __init__(self) -> None:
        self.store, self.elsewhere = allied_store(), allied_store()
        self.member, self.friend = make_member("小林"), make_member("小王")
        self.version = make_version(
            uses=2, stacking="free", transferable=True, per_member=100, threshold_fen=2_000,
            kind="cash_off", face_fen=500,
        )  # fmt: skip
        self.coupon = claim(self.version, self.member)
        self.till = till_key_text(self.store)
        self.phone = members.open_session(member=self.member).token

    @property
    def code(self) -> str:
        return self.code_of(self.coupon)

    def code_of(self, coupon: Coupon) -> str:
        coupon.refresh_from_db()
        return coupons.show_coupon(coupon=coupon).code

    def another(self, version: Any = None) -> Coupon:
        return issue(version or self.version, self.member)

    def body(self, *codes: str, fen: Any = 10_000, no: str = "", **more: Any) -> dict[str, Any]:
        bill = {"no": no or f"B-{next(numbers)}", "fen": fen} | more.pop("bill", {})
        number = f"Q-{next(numbers)}"
        return {
            "store": self.store.public_id,
            "request_no": number,
            "bill": bill,
            "codes": list(codes),
        } | more

    def redeem(self, *codes: str, key: str = "", **body: Any) -> Any:
        return self.ask(REDEMPTIONS, self.body(*codes, **body), self.till, key)

    def used(self, *codes: str, **body: Any) -> str:
        """The redemption of what was used in earnest."""
        answer = self.redeem(*(codes or [self.code]), **body)
        assert answer.status_code == 201, answer.content
        return str(answer.json()["redemptions"][0]["id"])

    def refund(self, no: str, fen: Any, *, refund_no: str = "R-1", key: str = "") -> Any:
        body = {"store": self.store.public_id, "bill_no": no, "goods_fen": fen}
        return self.ask(REFUNDS, body | {"refund_no": refund_no}, self.till, key)

    def reverse(
        self, redemption: str, *, key: str = "", reason: str = "扫错券", **more: Any
    ) -> Any:
        path = f"{REDEMPTIONS}/{redemption}/reversal"
        body = {"store": self.store.public_id, "reason": reason} | more
        return self.ask(path, body, more.pop("token", self.till), key)

    def ask(self, path: str, body: Any = None, token: str = "", key: str = "", **more: Any) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return Client(raise_request_exception=False).generic(
            "POST",
            f"/api/v1{path}",
            raw,
            content_type=more.get("content_type", "application/json"),
            headers={
                "Authorization": f"Bearer {token or self.phone}",
                "Idempotency-Key": key or f"k-{next(numbers)}",
            },
        )


@pytest.fixture
def counter(db) -> CounterRequests:
    return CounterRequests()


def problem_of(answer: Any) -> tuple[int, str]:
    """Status and code of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.content
    problem = answer.json()
    assert problem["title"]
    assert problem["status"] == answer.status_code
    return answer.status_code, problem["code"]


def rows(*, but: str = "-") -> list[tuple[str, int, str]]:
    """Every table an act of coupons may write: how many rows, and a digest of them."""
    with connection.cursor() as cursor:
        tables = sorted(
            table
            for table in connection.introspection.table_names(cursor)
            if table.startswith(WRITTEN) and table != but
        )
        cursor.execute(
            " union all ".join(
                f"select '{table}', count(*), md5(string_agg(row::text, chr(10) order by row::text))"
                f' from "{table}" row'
                for table in tables
            )
        )
        return list(cursor.fetchall())


@contextmanager
def nothing_written(*, but: str = "-"):
    before = rows(but=but)
    assert len(before) > 20
    yield
    assert rows(but=but) == before

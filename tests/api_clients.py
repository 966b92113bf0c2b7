"""A till and a shopper as they speak to a real server: plain HTTP, keep-alive, nothing of ours."""

from __future__ import annotations

import itertools
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime

import requests

_numbers = itertools.count(1)


def fresh_number(prefix="k"):
    return f"{prefix}-{next(_numbers)}"


@dataclass
class ApiClient:
    """Somebody with a token; one connection for each thread that uses a copy."""

    base_url: str
    token: str = ""
    session: requests.Session = field(default_factory=requests.Session)

    def copy(self) -> ApiClient:
        return type(self)(**{**vars(self), "session": requests.Session()})

    def get(self, path, **options):
        return self._call("GET", path, **options)

    def post(self, path, body=None, *, key=None, **options):
        headers = options.pop("headers", {}) | {"Idempotency-Key": key or fresh_number()}
        return self._call("POST", path, json=body, headers=headers, **options)

    def _call(self, method, path, headers=None, **options):
        bearer = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.session.request(
            method,
            f"{self.base_url}/api/v1{path}",
            headers=bearer | (headers or {}),
            timeout=30,
            **options,
        )


@dataclass
class TillClient(ApiClient):
    """A till of one store."""

    store: str = ""

    def look_up(self, code, *, key=None):
        return self.post("/till/members/lookup", {"store": self.store, "code": code}, key=key)

    def receipt(self, member, *, fen, no=None, key=None, paid_at=None):
        body = {
            "store": self.store,
            "member": member,
            "receipt_no": no or fresh_number("B"),
            "paid_fen": fen,
            "paid_at": paid_at or datetime.now(UTC).isoformat(),
        }
        return self.post("/till/receipts", body, key=key)

    def spend(self, visit, *, points, no=None, key=None):
        body = {
            "store": self.store,
            "visit": visit,
            "points": points,
            "request_no": no or fresh_number("P"),
        }
        return self.post("/till/spendings", body, key=key)

    def reverse(self, transfer, *, points=None, reason="扫错会员码", key=None):
        body = {"store": self.store, "transfer": transfer, "reason": reason}
        body |= {} if points is None else {"points": points}
        return self.post("/till/reversals", body, key=key)

    def hold(self, visit, *, points, minutes=60, no=None, key=None):
        body = {
            "store": self.store,
            "visit": visit,
            "points": points,
            "request_no": no or fresh_number("H"),
            "minutes": minutes,
        }
        return self.post("/till/holds", body, key=key)

    def capture(self, hold, *, points, key=None):
        return self.post(f"/till/holds/{hold}/capture", {"points": points}, key=key)

    def void(self, hold, *, key=None):
        return self.post(f"/till/holds/{hold}/void", key=key)

    def refund(self, receipt_no, *, fen, no=None, key=None):
        body = {
            "store": self.store,
            "receipt_no": receipt_no,
            "refund_no": no or fresh_number("R"),
            "fen": fen,
        }
        return self.post("/till/refunds", body, key=key)

    def preview(self, receipt_no, *, fen):
        body = {"store": self.store, "receipt_no": receipt_no, "fen": fen}
        return self.post("/till/refunds/preview", body)


@dataclass
class ShopperClient(ApiClient):
    """A member's phone."""

    def card_code(self):
        return self.post("/me/card/code").json()["code"]

    def confirm(self, request, *, key=None):
        return self.post(f"/me/points/requests/{request}/confirm", key=key)

    def decline(self, request, *, key=None):
        return self.post(f"/me/points/requests/{request}/decline", key=key)


@dataclass
class BackOfficeClient:
    """Somebody in the back office, as a browser without scripts."""

    base_url: str
    session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, username, password):
        address = f"{self.base_url}/admin/login/"
        token = re.search(
            r'name="csrfmiddlewaretoken" value="(\w+)"', self.session.get(address, timeout=30).text
        )
        form = {"csrfmiddlewaretoken": token[1], "username": username, "password": password}
        answer = self.session.post(f"{address}?next=/admin/", form, timeout=30)
        assert answer.url == f"{self.base_url}/admin/"
        return self

    def read_page(self, path):
        """The words of a page, without markup."""
        answer = self.session.get(f"{self.base_url}/admin/{path}", timeout=30)
        assert answer.status_code == 200
        return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


def call_concurrently(caller, calls, *, connections=16):
    """Run calls (functions of a caller) over so many connections at the same time; the answers."""
    copies = [caller.copy() for _ in range(connections)]
    lanes = [calls[lane::connections] for lane in range(connections)]

    def run(lane):
        return [call(copies[lane]) for call in lanes[lane]]

    with ThreadPoolExecutor(connections) as pool:
        return [answer for lane in pool.map(run, range(connections)) for answer in lane]

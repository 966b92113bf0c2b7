"""A till and a phone as they speak to the API: replays, tests and benchmarks have these, and production has none.

A method is one request. Numbers and keys that nobody names are fresh ones.
"""

from collections.abc import Iterable, Mapping, Sequence, Sized
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self, TypeAlias
from uuid import uuid4

from district.replay.connection import ApiConnection, ApiResponse

BillLines: TypeAlias = Sequence[Mapping[str, Any]]
BATCH_MEDIA = {"ndjson": "application/x-ndjson", "csv": "text/csv"}


def fresh_number() -> str:
    """A number, or a key, that nobody else has."""
    return uuid4().hex


@dataclass(frozen=True)
class ApiClient:
    """Somebody with a token; `at` is when they act, for a server in replay mode."""

    connection: ApiConnection
    token: str | None = None
    at: datetime | None = None

    def over(self, connection: ApiConnection) -> Self:
        """The same client on another connection: each thread needs its own."""
        return replace(self, connection=connection)

    def get(self, path: str) -> ApiResponse:
        return self.ask("GET", path)

    def post(
        self, path: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> ApiResponse:
        return self.ask("POST", path, body=body, key=key or fresh_number())

    def ask(self, method: str, path: str, **request: Any) -> ApiResponse:
        return self.connection.ask(
            method, f"/api/v1{path}", token=self.token, at=self.at, **request
        )


@dataclass(frozen=True)
class TillClient(ApiClient):
    """A till of one store."""

    store: str = ""

    def look_up(self, code: str, *, key: str | None = None) -> ApiResponse:
        return self._post("members/lookup", {"code": code}, key)

    def post_receipt(
        self,
        member: str,
        *,
        fen: int,
        no: str | None = None,
        paid_at: str | None = None,
        key: str | None = None,
    ) -> ApiResponse:
        body = {
            "member": member,
            "receipt_no": no or fresh_number(),
            "paid_fen": fen,
            "paid_at": paid_at or datetime.now(UTC).isoformat(),
        }
        return self._post("receipts", body, key)

    def spend(
        self, visit: str, *, points: int, no: str | None = None, key: str | None = None
    ) -> ApiResponse:
        body = {"visit": visit, "points": points, "request_no": no or fresh_number()}
        return self._post("spendings", body, key)

    def reverse(
        self,
        transfer: str,
        *,
        points: int | None = None,
        reason: str = "扫错会员码",
        key: str | None = None,
    ) -> ApiResponse:
        body = {"transfer": transfer, "reason": reason}
        return self._post("reversals", body | ({} if points is None else {"points": points}), key)

    def hold(
        self,
        visit: str,
        *,
        points: int,
        minutes: int = 60,
        no: str | None = None,
        key: str | None = None,
    ) -> ApiResponse:
        number = {"request_no": no or fresh_number(), "minutes": minutes}
        return self._post("holds", {"visit": visit, "points": points} | number, key)

    def capture(self, hold: str, *, points: int, key: str | None = None) -> ApiResponse:
        return self.post(f"/till/holds/{hold}/capture", {"points": points}, key=key)

    def void(self, hold: str, *, key: str | None = None) -> ApiResponse:
        return self.post(f"/till/holds/{hold}/void", key=key)

    def refund(
        self, receipt_no: str, *, fen: int, no: str | None = None, key: str | None = None
    ) -> ApiResponse:
        body = {"receipt_no": receipt_no, "refund_no": no or fresh_number(), "fen": fen}
        return self._post("refunds", body, key)

    def preview_refund(self, receipt_no: str, *, fen: int) -> ApiResponse:
        return self._post("refunds/preview", {"receipt_no": receipt_no, "fen": fen})

    def check(
        self, *codes: str, fen: int, no: str | None = None, lines: BillLines = ()
    ) -> ApiResponse:
        return self._post("coupons/check", {"bill": _bill(fen, no, lines), "codes": codes})

    def redeem(
        self,
        *codes: str,
        fen: int = 10_000,
        no: str | None = None,
        lines: BillLines = (),
        request_no: str | None = None,
        key: str | None = None,
    ) -> ApiResponse:
        number: dict[str, Any] = {"request_no": request_no or fresh_number()}
        body = number | {"bill": _bill(fen, no, lines), "codes": codes}
        return self._post("coupons/redemptions", body, key)

    def reverse_redemption(self, redemption: str, *, key: str | None = None) -> ApiResponse:
        return self._post(f"coupons/redemptions/{redemption}/reversal", {"reason": "扫错券"}, key)

    def upload_log(self, terminal: str, body: dict[str, Any]) -> ApiResponse:
        return self.post(f"/till/terminals/{terminal}/log", body)

    def open_batch(
        self, file_format: str = "ndjson", name: str = "", *, key: str | None = None
    ) -> ApiResponse:
        body = {"format": file_format} | ({"name": name} if name else {})
        return self.post("/till/batches", body, key=key)

    def read_batch(self, batch: str, part: str = "") -> ApiResponse:
        """How far it is; `part` is /rows with its query, or /answers.ndjson."""
        return self.get(f"/till/batches/{batch}{part}")

    def send_content(
        self,
        batch: str,
        content: bytes | Iterable[bytes],
        *,
        offset: int,
        media: str = BATCH_MEDIA["ndjson"],
    ) -> ApiResponse:
        """The bytes of its file from an offset on; what has no length is sent in chunks."""
        headers = {"Content-Type": media}
        if isinstance(content, Sized):
            headers["Content-Length"] = str(len(content))
        path = f"/till/batches/{batch}/content?offset={offset}"
        return self.ask("PUT", path, content=content, headers=headers)

    def submit_batch(self, batch: str, size: int) -> ApiResponse:
        return self.post(f"/till/batches/{batch}/submit", {"bytes": size})

    def act_on_complaint(
        self, case: str, act: str, body: dict[str, Any], *, key: str | None = None
    ) -> ApiResponse:
        return self.post(f"/till/complaints/{case}/{act}", body, key=key)

    def _post(self, path: str, body: dict[str, Any], key: str | None = None) -> ApiResponse:
        return self.post(f"/till/{path}", {"store": self.store} | body, key=key)


@dataclass(frozen=True)
class ShopperClient(ApiClient):
    """A member's phone; without a token it can only sign in."""

    def sign_in(self, wechat_code: str) -> ApiResponse:
        return self.post("/session", {"code": wechat_code})

    def sign_out(self) -> ApiResponse:
        return self.ask("DELETE", "/session")

    def bind_phone(self, wechat_code: str, *, key: str | None = None) -> ApiResponse:
        return self.post("/me/phone", {"code": wechat_code}, key=key)

    def card_code(self) -> ApiResponse:
        return self.post("/me/card/code")

    def reserve_parking(
        self, pool: str, vehicle: str, starts_at: str, ends_at: str, *, key: str | None = None
    ) -> ApiResponse:
        body = {"pool": pool, "vehicle": vehicle, "starts_at": starts_at, "ends_at": ends_at}
        return self.post("/me/parking/reservations", body, key=key)

    def cancel_parking(self, reservation: str) -> ApiResponse:
        return self.post(f"/me/parking/reservations/{reservation}/cancel")

    def points(self) -> ApiResponse:
        return self.get("/me/points")

    def points_entries(self, *, limit: int = 20) -> ApiResponse:
        return self.get(f"/me/points/entries?limit={limit}")

    def confirm(self, hold: str, *, key: str | None = None) -> ApiResponse:
        return self.post(f"/me/points/requests/{hold}/confirm", key=key)

    def decline(self, hold: str, *, key: str | None = None) -> ApiResponse:
        return self.post(f"/me/points/requests/{hold}/decline", key=key)

    def claim(self, version: str, *, key: str | None = None) -> ApiResponse:
        return self.post("/me/coupons", {"version": version}, key=key)

    def coupon_code(self, coupon: str) -> ApiResponse:
        return self.post(f"/me/coupons/{coupon}/code")

    def print_coupon(self, coupon: str) -> ApiResponse:
        return self.post(f"/me/coupons/{coupon}/paper")

    def lease(
        self, coupon: str, store: str, *, hours: int = 4, key: str | None = None
    ) -> ApiResponse:
        return self.post(f"/me/coupons/{coupon}/lease", {"store": store, "hours": hours}, key=key)

    def offer(self, coupon: str) -> ApiResponse:
        return self.post(f"/me/coupons/{coupon}/gift")

    def file_complaint(self, store: str, *, key: str | None = None, **filing: Any) -> ApiResponse:
        return self.post("/me/complaints", {"store": store} | filing, key=key)

    def act_on_complaint(
        self, case: str, act: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> ApiResponse:
        return self.post(f"/me/complaints/{case}/{act}", body or {}, key=key)

    def accept(self, code: str, *, key: str | None = None) -> ApiResponse:
        return self.post("/me/coupons/gifts", {"code": code}, key=key)


@dataclass(frozen=True)
class FeedClient(ApiClient):
    """A system of a car park that counts cars."""

    def report(self, readings: Sequence[Mapping[str, Any]]) -> ApiResponse:
        return self.post("/parking/feed/readings", {"readings": readings})


def _bill(fen: int, no: str | None, lines: BillLines) -> dict[str, Any]:
    return {"no": no or fresh_number(), "fen": fen} | ({"lines": lines} if lines else {})

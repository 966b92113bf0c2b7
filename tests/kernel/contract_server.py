"""What a running district knows that the contract test aims its requests at."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import schemathesis
from schemathesis.core.parameters import ParameterLocation
from schemathesis.transport.serialization import Binary

from coupons import services as coupons
from coupons.issuing.services import import_codes
from coupons.models import TemplateVersion
from district.kernel import clock
from district.members import services as members
from district.members.models import Member
from loyalty.models import Hold
from loyalty.receipt_batches import services as batches
from loyalty.receipt_batches.models import Batch
from loyalty.receipt_batches.services import DayTotals, TillCount
from tests.factories.coupons import claim, issue, make_version, redeem, reported_bill
from tests.factories.loyalty import (
    ask_confirmation,
    buy,
    fresh_key,
    make_earning_store,
    make_hold,
    pay_points,
    remove_ceilings,
)
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import till_key_text, till_of, visit_of
from tests.factories.offline import first_log_upload, make_terminal
from tests.receipt_batches.rows import receive_batch, upload
from tests.receipt_photos.photo_steps import purchase, send
from tests.receipt_photos.pictures import jpeg
from tests.servers import WebServer
from tests.wechat.fixtures import APPID, SECRET, Phones, wechat_server  # noqa: F401 - a fixture

numbers = count(1)
SEND = "PUT /api/v1/till/batches/{batch}/content"
CONTENT = "store,member,receipt_no,paid_fen,paid_at\n,,1,1,\n"
ENOUGH = 50  # requests, among which one must have been granted


@dataclass
class ContractServer:
    """A running district, and what a till and a member there know."""

    base_url: str
    tokens: dict[str, str]
    known: dict[str, str]
    member: Member
    # What is good only once, made anew for each request of an operation.
    fresh: dict[str, dict[str, Callable[[], Any]]]
    # What a path names: rows that exist, made anew where each can be acted on but once.
    named: dict[str, Callable[[], dict[str, str]]]
    receiving: Batch
    answered: dict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def authorization(self, case: schemathesis.Case) -> dict[str, str]:
        declared = case.operation.definition.raw.get("security", [{}])
        scheme = next(iter(declared[0]), None)
        if scheme is None or _is_about_headers(case):
            return {}
        ends_session = case.operation.label == "DELETE /api/v1/session"
        token = self.fresh_session() if ends_session else self.tokens[scheme]
        return {"Authorization": f"Bearer {token}"}

    def fresh_session(self) -> str:
        return members.open_session(member=self.member).token

    def made_real(self, label: str, value: Any) -> Any:
        """The same request about rows and codes that exist, without which no verb would be reached."""
        if not isinstance(value, dict):
            return value
        made = {name: make() for name, make in self.fresh.get(label, {}).items() if name in value}
        known = self.known | made
        return {
            name: known.get(name, old) if isinstance(old, str) or name in made else old
            for name, old in value.items()
        }

    def aim(self, case: schemathesis.Case) -> None:
        """Let the request be about what exists, and a piece of a file be the next one."""
        case.body = self.made_real(case.operation.label, case.body)
        if case.path in self.named:
            case.path_parameters = self.named[case.path]()
        if case.operation.label == SEND:
            self.receiving.refresh_from_db()
            case.query = {"offset": self.receiving.received_bytes}
            case.body, case.media_type = CONTENT, "text/csv"

    def never_done(self) -> set[str]:
        """The operations asked in earnest that were refused each time, but for the one that always refuses."""
        return {
            label
            for label, answers in self.answered.items()
            if label != "DELETE /api/v1/me"
            and answers.total() >= ENOUGH
            and not any(200 <= status < 300 for status in answers)
        }


def prepare_contract_server(web: WebServer, phones: Phones) -> ContractServer:
    """Rows of every kind that a path names, and makers of what is good only once."""
    remove_ceilings()  # this member has points for every request
    member, store = make_member(openid=phones.openid()), make_earning_store()
    receipt = buy(member, store, fen=10**11)
    spent = pay_points(member, store, points=1)
    submitted = upload(store, CONTENT.encode(), format=Batch.Format.CSV)
    nothing = TillCount(0, 0)
    reconciliation = batches.reconcile_day(
        store=store,
        day=clock.business_day(clock.now()),
        till_totals=DayTotals(nothing, nothing, nothing),
        actor="till:1",
        key=fresh_key(),
    )
    picture = Binary(jpeg())

    receiving = receive_batch(store, CONTENT.encode(), format=Batch.Format.CSV)

    version = make_version(
        per_member=100,
        points_price=1,
        exchange_undo_minutes=60,
        at_counter=True,
        transferable=True,
        stacking="free",
        uses=100,
    )
    leasable = make_version(offline="leased")
    make_version(audience={"granted": "clean_plate"})
    friend, coupon = make_member("小王"), claim(version, member)

    def new_redemption() -> dict[str, str]:
        used = redeem(issue(version, member), store=store, bill=reported_bill(10_000))
        return {"redemption": used.redemptions.get().public_id}

    def new_exchange() -> dict[str, str]:
        bought = coupons.exchange_coupon(version=version, member=member, key=fresh_key())
        return {"coupon": bought.public_id}

    def shown_codes() -> list[str]:
        return [coupons.show_coupon(coupon=issue(version, member)).code]

    by = make_operator()

    def new_code() -> str:
        code = f"CODE{next(numbers):06}"
        import_codes(
            version=version,
            content=f"code\n{code}\n".encode(),
            name=code,
            by=by,
            key=fresh_key(),
        )
        return code

    def bill_with_a_coupon() -> str:
        used = redeem(issue(version, member), store=store, bill=reported_bill(10**9))
        return str(used.bill.bill_no)

    whole_bill: dict[str, Callable[[], Any]] = {
        "bill_no": bill_with_a_coupon,
        "goods_fen": lambda: 100,
        "lines": list,
        "request_nos": list,
        "refund_no": lambda: f"W{next(numbers)}",
    }

    def batch(row: Batch) -> Callable[[], dict[str, str]]:
        return lambda: {"batch": row.public_id}

    return ContractServer(
        base_url=web.base_url,
        member=member,
        tokens={
            "tillKey": till_key_text(store),
            "shopper": members.open_session(member=member).token,
        },
        known={
            "store": store.public_id,
            "member": member.public_id,
            "visit": visit_of(member, till_of(store), store).token,
            "transfer": spent.public_id,
            "paid_at": spent.at.isoformat(),
        },
        receiving=receiving,
        named={
            "/api/v1/stores/{id}": lambda: {"id": store.public_id},
            "/api/v1/merchants/{id}": lambda: {"id": store.merchant.public_id},
            "/api/v1/me/points/requests/{hold}/confirm": lambda: held(
                ask_confirmation(member, store, points=1)
            ),
            "/api/v1/me/points/requests/{hold}/decline": lambda: held(
                ask_confirmation(member, store, points=1)
            ),
            "/api/v1/me/receipts/{photo}/withdraw": lambda: {
                "photo": send(member, store, purchase(f"W{next(numbers)}")).public_id
            },
            "/api/v1/till/batches/{batch}": batch(submitted),
            "/api/v1/till/batches/{batch}/answers.ndjson": batch(submitted),
            "/api/v1/till/batches/{batch}/content": batch(receiving),
            "/api/v1/till/batches/{batch}/rows": batch(submitted),
            "/api/v1/till/batches/{batch}/submit": batch(submitted),
            "/api/v1/till/holds/{hold}": lambda: held(make_hold(member, store, points=1)),
            "/api/v1/till/holds/{hold}/capture": lambda: held(make_hold(member, store, points=99)),
            "/api/v1/till/holds/{hold}/void": lambda: held(make_hold(member, store, points=1)),
            "/api/v1/till/coupons/redemptions/{redemption}/reversal": new_redemption,
            **{
                "/api/v1/me/coupons/{coupon}" + act: lambda: {"coupon": coupon.public_id}
                for act in ("", "/code", "/paper")
            },
            "/api/v1/me/coupons/{coupon}/gift": lambda: {
                "coupon": issue(version, member).public_id
            },
            "/api/v1/me/coupons/{coupon}/exchange/reversal": new_exchange,
            "/api/v1/coupons/{version}": lambda: {"version": version.public_id},
            "/api/v1/coupons/{version}/stores": lambda: {"version": version.public_id},
            "/api/v1/me/coupons/{coupon}/lease": lambda: {
                "coupon": issue(leasable, member).public_id
            },
            **{
                "/api/v1/till/terminals/{terminal}/" + act: lambda: {
                    "terminal": make_terminal(store).public_id
                }
                for act in ("kits", "log")
            },
            "/api/v1/till/reconciliations/{reconciliation}": lambda: {
                "reconciliation": reconciliation.public_id
            },
        },
        fresh={
            "POST /api/v1/session": {"code": phones.login_code},
            "POST /api/v1/me/phone": {"code": phones.phone_code},
            "POST /api/v1/till/members/lookup": {
                "code": lambda: members.issue_card_code(member=member).code
            },
            "POST /api/v1/me/receipts": {
                "photo": lambda: picture,
                "receipt_no": lambda: f"P{next(numbers)}",
            },
            "POST /api/v1/me/coupons": {"version": lambda: new_version().public_id},
            "POST /api/v1/me/coupons/exchanges": {"version": lambda: new_version().public_id},
            "POST /api/v1/till/coupons": {"version": lambda: new_version().public_id},
            "POST /api/v1/me/coupons/gifts": {
                "code": lambda: coupons.offer_coupon(coupon=issue(version, friend))
            },
            "POST /api/v1/me/coupons/codes": {"code": new_code},
            "POST /api/v1/till/coupons/check": {"codes": shown_codes},
            "POST /api/v1/till/coupons/redemptions": {
                "codes": shown_codes,
                "bill": lambda: {"no": f"K{next(numbers)}", "fen": 10_000},
            },
            "POST /api/v1/till/coupons/refunds": {"bill_no": bill_with_a_coupon},
            "POST /api/v1/till/coupons/refunds/preview": {"bill_no": bill_with_a_coupon},
            "POST /api/v1/till/bills/refunds": whole_bill,
            "POST /api/v1/till/bills/refunds/preview": whole_bill,
            "POST /api/v1/me/coupons/{coupon}/lease": {"store": lambda: store.public_id},
            "POST /api/v1/till/terminals/{terminal}/kits": {"last_seq": lambda: 0},
            "POST /api/v1/till/terminals/{terminal}/log": {
                "entries": lambda: first_log_upload()["entries"]
            },
            "POST /api/v1/till/tags": {"tag": lambda: "clean_plate"},
            "POST /api/v1/till/refunds": {"receipt_no": lambda: receipt.receipt_no},
            "POST /api/v1/till/refunds/preview": {"receipt_no": lambda: receipt.receipt_no},
            "POST /api/v1/till/batches/{batch}/submit": {"bytes": lambda: submitted.received_bytes},
        },
    )


def new_version() -> TemplateVersion:
    return make_version(points_price=1, at_counter=True)


def held(hold: Hold) -> dict[str, str]:
    return {"hold": hold.public_id}


def _is_about_headers(case: schemathesis.Case) -> bool:
    """Whether this case leaves headers out or breaks them, the token's among them."""
    part = case.meta.components.get(ParameterLocation.HEADER) if case.meta else None
    return part is not None and part.mode.is_negative

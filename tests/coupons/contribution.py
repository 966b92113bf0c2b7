"""What the cross-cutting tests need to know of coupons; see tests/contributions.py."""

from collections.abc import Callable
from datetime import timedelta
from itertools import count, product
from typing import Any

from coupons import services as coupons
from coupons.models import TemplateVersion
from district.kernel import clock
from tests.contributions import AimedRequests, RightRequests, StoreVisit
from tests.factories.coupons import (
    LONG_AGO,
    claim,
    issue,
    make_version,
    redeem,
    reported_bill,
)
from tests.factories.loyalty import fresh_key
from tests.factories.members import make_member

ACCEPTED_VALUES = {
    ("reverse_redemption", "reason", "SQL"),
    ("check_coupons", "codes", "list"),
    ("preview_coupon_refund", "lines", "list"),
    ("refund_coupon_bill", "lines", "list"),
    *product(
        ("preview_whole_bill_refund", "refund_whole_bill"), ("lines", "request_nos"), ("list",)
    ),
}
OPTIONAL_FIELDS = {("check_coupons", "codes"), ("refund_whole_bill", "goods_fen")}
PERMISSIONS = {"run_campaigns": "owner manager"}
_COUPON = "/api/v1/me/coupons/{coupon}"


def right_requests(store_visit: StoreVisit) -> RightRequests:
    """About coupons of a member, two of them used."""
    member, store = store_visit.member, store_visit.store
    version = make_version(
        per_member=50,
        points_price=1,
        exchange_undo_minutes=60,
        at_counter=True,
        transferable=True,
        stacking="free",
    )
    bought = coupons.exchange_coupon(version=version, member=member, key=fresh_key())
    gift = coupons.offer_coupon(coupon=claim(version, make_member("小林的朋友")))
    code = coupons.show_coupon(coupon=claim(version, member)).code
    used = redeem(claim(version, member), store=store, bill=reported_bill(5_000, no="C-0001"))
    make_version(audience={"granted": "clean_plate"})
    held = claim(version, member).public_id
    at = {"store": store.public_id}
    at_counter = at | {"visit": store_visit.visit.token}
    bill = {"no": "C-0002", "fen": 5_000, "lines": [{"fen": 5_000, "product": "4711"}]}
    goods = at | {"bill_no": "C-0001", "goods_fen": 1_000}
    return RightRequests(
        bodies={
            "claim_coupon": {"version": version.public_id},
            "exchange_coupon": {"version": version.public_id},
            "accept_coupon": {"code": gift},
            "check_coupons": at | {"bill": bill, "codes": [code]},
            "redeem_coupons": at | {"bill": bill, "codes": [code], "request_no": "Q-0001"},
            "reverse_redemption": at | {"reason": "扫错券"},
            "refund_coupon_bill": goods | {"refund_no": "CR-0001"},
            "preview_coupon_refund": goods,
            "refund_whole_bill": goods | {"refund_no": "WR-0001"},
            "preview_whole_bill_refund": at | {"bill_no": "C-0001"},
            "hand_out_coupon": at_counter | {"version": version.public_id},
            "tag_member": at_counter | {"tag": "clean_plate"},
        },
        ids={
            "/api/v1/till/coupons/redemptions/{redemption}/reversal": (
                used.redemptions.get().public_id
            ),
            "/api/v1/coupons/{version}": version.public_id,
            "/api/v1/coupons/{version}/stores": version.public_id,
            _COUPON + "/exchange/reversal": bought.public_id,
            **{_COUPON + action: held for action in ("", "/code", "/paper", "/gift")},
        },
    )


def aimed_requests(store_visit: StoreVisit) -> AimedRequests:
    member, store, numbers = store_visit.member, store_visit.store, count(1)
    version = make_version(
        per_member=100,
        points_price=1,
        exchange_undo_minutes=60,
        at_counter=True,
        transferable=True,
        stacking="free",
        uses=100,
    )
    make_version(audience={"granted": "clean_plate"})
    friend, coupon = make_member("小王"), claim(version, member)

    def new_version() -> str:
        return make_version(points_price=1, at_counter=True).public_id

    def new_redemption() -> dict[str, str]:
        used = redeem(issue(version, member), store=store, bill=reported_bill(10_000))
        return {"redemption": used.redemptions.get().public_id}

    def new_exchange() -> dict[str, str]:
        bought = coupons.exchange_coupon(version=version, member=member, key=fresh_key())
        return {"coupon": bought.public_id}

    def shown_codes() -> list[str]:
        return [coupons.show_coupon(coupon=issue(version, member)).code]

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
    return AimedRequests(
        fresh={
            "POST /api/v1/me/coupons": {"version": new_version},
            "POST /api/v1/me/coupons/exchanges": {"version": new_version},
            "POST /api/v1/till/coupons": {"version": new_version},
            "POST /api/v1/me/coupons/gifts": {
                "code": lambda: coupons.offer_coupon(coupon=issue(version, friend))
            },
            "POST /api/v1/till/coupons/check": {"codes": shown_codes},
            "POST /api/v1/till/coupons/redemptions": {
                "codes": shown_codes,
                "bill": lambda: {"no": f"K{next(numbers)}", "fen": 10_000},
            },
            "POST /api/v1/till/coupons/refunds": {"bill_no": bill_with_a_coupon},
            "POST /api/v1/till/coupons/refunds/preview": {"bill_no": bill_with_a_coupon},
            "POST /api/v1/till/bills/refunds": whole_bill,
            "POST /api/v1/till/bills/refunds/preview": whole_bill,
            "POST /api/v1/till/tags": {"tag": lambda: "clean_plate"},
        },
        named={
            "/api/v1/till/coupons/redemptions/{redemption}/reversal": new_redemption,
            **{
                _COUPON + action: lambda: {"coupon": coupon.public_id}
                for action in ("", "/code", "/paper")
            },
            _COUPON + "/gift": lambda: {"coupon": issue(version, member).public_id},
            _COUPON + "/exchange/reversal": new_exchange,
            "/api/v1/coupons/{version}": lambda: {"version": version.public_id},
            "/api/v1/coupons/{version}/stores": lambda: {"version": version.public_id},
        },
    )


def make_admin_rows(two_merchants: Any) -> None:
    for side in two_merchants.sides:
        _make_campaign(two_merchants.member, side, by=two_merchants.operator)


def _make_campaign(member: Any, side: Any, *, by: Any) -> None:
    """A template of the merchant that is given out, a draft, and a coupon used at its store_visit."""
    owner = side.clerks["owner"].user
    template = coupons.create_template(
        name=f"{side.merchant.name}满减", merchant=side.merchant, by=owner
    )
    fields = {
        "kind": "cash_off",
        "face_fen": 500,
        "threshold_fen": 2_000,
        "claim_from": LONG_AGO,
        "claim_until": clock.now() + timedelta(days=30),
        "days_from": 0,
        "days": 7,
        "audience": {"granted": "clean_plate"},
    }
    published, draft = (TemplateVersion(template=template, **fields) for _ in range(2))
    for version in (published, draft):
        coupons.save_draft(draft=version, payers=[(None, 5_000)], by=owner)
    coupons.submit_version(version=published, by=owner)
    coupons.approve_version(version=published, by=by)
    coupons.tag_member(
        member=member, tag="clean_plate", merchant=side.merchant, actor="till:0", key=fresh_key()
    )
    held = claim(published, member)
    redeem(held, store=side.store, bill=reported_bill(5_000, no=f"{side.merchant.pk}C1"))

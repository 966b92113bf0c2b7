"""The smallest valid campaigns: a published version, a coupon in a wallet, a redemption."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any

from coupons import services as coupons
from coupons.engine.bill import Bill, BillLine
from coupons.issuing.services import import_codes
from coupons.models import (
    Coupon,
    CouponTemplate,
    RedemptionRequest,
    ShareConsent,
    TemplateVersion,
)
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member, User
from district.merchants.models import Merchant, Store
from tests.factories.members import make_member, make_operator

LONG_AGO = datetime(2005, 1, 1, tzinfo=UTC)
FAR_OFF = datetime(2100, 1, 1, tzinfo=UTC)
_numbers = count(1)

CASH_OFF: dict[str, Any] = {"kind": "cash_off", "face_fen": 500, "threshold_fen": 2000}
PERCENT_OFF: dict[str, Any] = {"kind": "percent_off", "off_bp": 1000, "cap_fen": 500}
GIFT: dict[str, Any] = {"kind": "gift", "gift": "热美式一杯", "face_fen": 900}
PARKING: dict[str, Any] = {"kind": "parking", "parking_minutes": 120}


def fresh_key() -> Key:
    return Key.of("test coupons", f"k{next(_numbers)}")


def make_draft(
    *,
    merchant: Merchant | None = None,
    payers: Any = (),
    template: CouponTemplate | None = None,
    **fields: Any,
) -> TemplateVersion:
    """A draft of ¥5 off from ¥20 on, one each, unless the arguments say otherwise."""
    number = next(_numbers)
    by = User.objects.create_staff(f"drafter{number}")
    template = template or coupons.create_template(name=f"满减券{number}", merchant=merchant, by=by)
    default_fields = {
        "claim_from": LONG_AGO,
        "claim_until": FAR_OFF,
        **({} if "days" in fields else {"valid_from": LONG_AGO, "valid_until": FAR_OFF}),
        **({} if "kind" in fields else CASH_OFF),
    }
    draft = TemplateVersion(template=template, **default_fields | fields)
    return coupons.save_draft(draft=draft, payers=payers, by=by)


def make_version(**fields: Any) -> TemplateVersion:
    """The same, submitted and published by another person."""
    draft = make_draft(**fields)
    coupons.submit_version(version=draft, by=draft.drafted_by)
    agree_to_shares(draft)
    return coupons.approve_version(
        version=draft, by=User.objects.create_staff(f"approver{next(_numbers)}")
    )


def agree_to_shares(version: TemplateVersion) -> None:
    """Every merchant that a submitted version names as a payer agrees to its share."""
    ShareConsent.objects.filter(version=version, state=ShareConsent.State.ASKED).update(
        state=ShareConsent.State.AGREED, decided_by=version.drafted_by, decided_at=clock.now()
    )


def claim(version: TemplateVersion, member: Member, *, key: Key | None = None) -> Coupon:
    made = coupons.claim_coupon(version=version, member=member, key=key or fresh_key())
    return Coupon.objects.get(pk=made.pk)


def issue(version: TemplateVersion, member: Member) -> Coupon:
    """The operator's gift, beyond every limit of a person."""
    made = coupons.issue_coupon(
        version=version, member=member, source=Coupon.Source.ISSUE, key=fresh_key(), limited=False
    )
    return Coupon.objects.get(pk=made.pk)


def reported_bill(fen: int, *, no: str = "", lines: Any = ()) -> Bill:
    """`lines` as (fen, product)."""
    return Bill(fen, tuple(BillLine(*line) for line in lines), no or f"B{next(_numbers)}")


def redeem(
    *held: Coupon,
    store: Store,
    bill: Bill | None = None,
    no: str = "",
    key: Key | None = None,
) -> RedemptionRequest:
    """Coupons shown by rotating codes and used on a bill of ¥100, unless the arguments say otherwise."""
    return coupons.redeem_coupons(
        store=store,
        reported_bill=bill or reported_bill(10_000),
        codes=[coupons.show_coupon(coupon=coupon).code for coupon in held],
        request_no=no or f"Q{next(_numbers)}",
        actor="till:1",
        key=key or fresh_key(),
    )


@dataclass
class CouponRequests:
    """Right requests about coupons that exist, by the names of the contract's operations."""

    bodies: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)


def coupon_requests(member: Member, store: Store, visit: str) -> CouponRequests:
    """A member with coupons, two of them used, at a counter."""
    version = make_version(
        per_member=50,
        points_price=1,
        exchange_undo_minutes=60,
        at_counter=True,
        transferable=True,
        stacking="free",
    )
    bought = coupons.exchange_coupon(version=version, member=member, key=fresh_key())
    at = {"store": store.public_id}
    friend = make_member("小林的朋友")
    gift = coupons.offer_coupon(coupon=claim(version, friend))
    code = coupons.show_coupon(coupon=claim(version, member)).code
    used = redeem(claim(version, member), store=store, bill=reported_bill(5_000, no="C-0001"))
    redemption = used.redemptions.get().public_id
    bill = {"no": "C-0002", "fen": 5_000, "lines": [{"fen": 5_000, "product": "4711"}]}
    coded = import_codes(
        version=version,
        content=b"code\nMT247KQ9X3PD\n",
        name="平台售券",
        by=make_operator(f"operator{next(_numbers)}"),
        key=fresh_key(),
    )
    assert coded.imported == 1
    make_version(audience={"granted": "clean_plate"})
    goods = at | {"bill_no": "C-0001", "goods_fen": 1_000}
    made = CouponRequests(
        bodies={
            "claim_coupon": {"version": version.public_id},
            "exchange_coupon": {"version": version.public_id},
            "accept_coupon": {"code": gift},
            "use_coupon_code": {"code": "MT24-7KQ9-X3PD"},
            "check_coupons": at | {"bill": bill, "codes": [code]},
            "redeem_coupons": at | {"bill": bill, "codes": [code], "request_no": "Q-0001"},
            "reverse_redemption": at | {"reason": "扫错券"},
            "refund_coupon_bill": goods | {"refund_no": "CR-0001"},
            "preview_coupon_refund": goods,
            "refund_whole_bill": goods | {"refund_no": "WR-0001"},
            "preview_whole_bill_refund": at | {"bill_no": "C-0001"},
            "hand_out_coupon": at | {"visit": visit, "version": version.public_id},
            "tag_member": at | {"visit": visit, "tag": "clean_plate"},
        },
        ids={"/api/v1/till/coupons/redemptions/{redemption}/reversal": redemption},
    )
    made.ids["/api/v1/coupons/{version}"] = version.public_id
    made.ids["/api/v1/coupons/{version}/stores"] = version.public_id
    made.ids["/api/v1/me/coupons/{coupon}/exchange/reversal"] = bought.public_id
    held = claim(version, member).public_id
    for act in ("", "/code", "/paper", "/gift"):
        made.ids["/api/v1/me/coupons/{coupon}" + act] = held
    return made

"""The smallest valid campaigns: a published version, a coupon in a wallet, a redemption."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from coupons import services as coupons
from coupons.models import Coupon, CouponTemplate, RedemptionRequest, TemplateVersion
from coupons.services import Told
from district.kernel.idempotency import Key
from district.members.models import Member
from district.merchants.models import Merchant, Store
from tests.factories.members import make_staff

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
    """A draft of ¥5 off from ¥20 on, one each, unless told otherwise."""
    number = next(_numbers)
    by = make_staff(f"drafter{number}")
    template = template or coupons.create_template(name=f"满减券{number}", merchant=merchant, by=by)
    said = {
        "claim_from": LONG_AGO,
        "claim_until": FAR_OFF,
        **({} if "days" in fields else {"valid_from": LONG_AGO, "valid_until": FAR_OFF}),
        **({} if "kind" in fields else CASH_OFF),
    }
    draft = TemplateVersion(template=template, **said | fields)
    return coupons.save_draft(draft=draft, payers=payers, by=by)


def make_version(**fields: Any) -> TemplateVersion:
    """The same, submitted and published by another person."""
    draft = make_draft(**fields)
    coupons.submit_version(version=draft, by=draft.drafted_by)
    return coupons.approve_version(version=draft, by=make_staff(f"approver{next(_numbers)}"))


def claim(version: TemplateVersion, member: Member, *, key: Key | None = None) -> Coupon:
    made = coupons.claim_coupon(version=version, member=member, key=key or fresh_key())
    return Coupon.objects.get(pk=made.pk)


def told(fen: int, *, no: str = "", lines: Any = ()) -> Told:
    return Told(no or f"B{next(_numbers)}", fen, tuple(lines))


def redeem(
    *held: Coupon,
    store: Store,
    bill: Told | None = None,
    no: str = "",
    key: Key | None = None,
) -> RedemptionRequest:
    """Coupons shown by rotating codes and used on a bill of ¥100, unless told otherwise."""
    return coupons.redeem_coupons(
        store=store,
        told=bill or told(10_000),
        shown=[coupons.show_coupon(coupon=coupon).code for coupon in held],
        request_no=no or f"Q{next(_numbers)}",
        actor="till:1",
        key=key or fresh_key(),
    )

"""The smallest valid campaigns: a published version, a coupon in a wallet, a redemption."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from coupons import services as coupons
from coupons.engine.bill import Bill, BillLine
from coupons.models import (
    Coupon,
    CouponTemplate,
    RedemptionRequest,
    ShareConsent,
    TemplateVersion,
)
from coupons.results import RedemptionResult
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import Member, User
from district.merchants.models import Merchant, Store

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


def redeem(*held: Coupon, **options: Any) -> RedemptionRequest:
    """Coupons shown by rotating codes and used on a bill of ¥100, unless the arguments say otherwise."""
    return RedemptionRequest.objects.get(pk=redemption_result_of(*held, **options).pk)


def redemption_result_of(
    *held: Coupon,
    store: Store,
    bill: Bill | None = None,
    no: str = "",
    key: Key | None = None,
) -> RedemptionResult:
    """The same as the verb answers it."""
    return coupons.redeem_coupons(
        store=store,
        reported_bill=bill or reported_bill(10_000),
        codes=[coupons.show_coupon(coupon=coupon).code for coupon in held],
        request_no=no or f"Q{next(_numbers)}",
        actor="till:1",
        key=key or fresh_key(),
    )

"""Coupons that are being given out when the demo opens, drafted by one person and approved by another."""

from datetime import datetime, timedelta
from typing import Any

from coupons import services as coupons
from coupons.models import Coupon, CouponTemplate, TemplateVersion
from district.demo.merchant_setup import start_of
from district.demo.plan import Plan
from district.demo.plan.demand_calendar import DAYS as DAYS_OF_YEAR
from district.demo.planned_rows import member_of_person
from district.kernel import clock
from district.kernel.idempotency import Key
from district.members.models import User
from district.merchants.models import Merchant

DRAFTER = "活动策划"
# They began eight weeks before the last day of the year, and go on for as long again.
STARTED_DAYS_AGO, DAYS = 57, 120
# Each of the first members has one of these in the wallet.
HOLDER_COUNT = 20
EATERIES = ["hotpot", "cuisine", "noodles", "barbecue", "japanese", "western"]


def launch(plan: Plan, *, by: User) -> None:
    """Every campaign is there, published two months before the end of the year; a second call changes nothing."""
    drafter = User.objects.filter(username=DRAFTER).first() or User.objects.create_staff(DRAFTER)
    at = start_of(plan, DAYS_OF_YEAR - STARTED_DAYS_AGO)
    merchant = Merchant.objects.get(uscc=plan.main_merchants[0].uscc)
    for name, owner, payers, fields in _campaigns(merchant):
        if not CouponTemplate.objects.filter(name=name).exists():
            with clock.travel_to(at):
                _publish(name, owner, payers, fields, at=at, drafter=drafter, approver=by)
    everyday = TemplateVersion.objects.get(template__name="全商圈满减", state="published")
    with clock.travel_to(start_of(plan, DAYS_OF_YEAR - 1) + timedelta(hours=12)):
        for number in range(1, HOLDER_COUNT + 1):
            coupons.issue_coupon(
                version=everyday,
                member=member_of_person(f"demo-{number}"),
                source=Coupon.Source.ISSUE,
                key=Key.of("demo", f"coupon-{number}"),
            )


def _publish(
    name: str,
    owner: Merchant | None,
    payers: list[tuple[Merchant | None, int]],
    fields: dict[str, Any],
    *,
    at: datetime,
    drafter: User,
    approver: User,
) -> None:
    template = coupons.create_template(name=name, merchant=owner, by=drafter)
    times = {"claim_from": at, "claim_until": at + timedelta(days=DAYS)}
    draft = TemplateVersion(template=template, **times, **fields)
    coupons.save_draft(draft=draft, payers=payers, by=drafter)
    coupons.submit_version(version=draft, by=drafter)
    coupons.approve_version(version=draft, by=approver)


def _campaigns(
    merchant: Merchant,
) -> list[tuple[str, Merchant | None, list[tuple[Merchant | None, int]], dict[str, Any]]]:
    evening = {"windows": [{"start": 18 * 60, "end": 2 * 60}]}
    return [
        (
            "全商圈满减",
            None,
            [(None, 5_000)],
            {
                "kind": "cash_off",
                "face_fen": 1_000,
                "threshold_fen": 10_000,
                "days_from": 0,
                "days": 30,
                "per_member": 5,
                "per_member_day": 2,
                "stock": 10_000,
                "stacking": "one_per_level",
                "transferable": True,
                "offline": "leased",
            },
        ),
        (
            "夜间餐饮八五折",
            None,
            [(None, 10_000)],
            {
                "kind": "percent_off",
                "off_bp": 1_500,
                "cap_fen": 3_000,
                "days_from": 0,
                "days": 14,
                "times": evening,
                "scope": {"only": {"trades": EATERIES}},
                "budget_fen": 2_000_000,
                "stacking": "one_per_kind",
            },
        ),
        (
            "到店礼",
            merchant,
            [(None, 10_000)],
            {
                "kind": "gift",
                "gift": "小食一份",
                "face_fen": 800,
                "days_from": 0,
                "days": 30,
                "points_price": 200,
                "exchange_undo_minutes": 60,
                "claimable": False,
                "at_counter": True,
                "scope": {"only": {"merchants": [merchant.public_id]}},
            },
        ),
        (
            "停车两小时",
            None,
            [],
            {"kind": "parking", "parking_minutes": 120, "days_from": 1, "days": 7, "stock": 500},
        ),
    ]

"""Ceilings of merchants' own, and receipts above a ceiling: approved, refused, waiting for one person or two."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from district.demo.chapters.context import ChapterContext, MerchantCounter, key_of
from district.kernel import clock
from district.members.models import Member
from loyalty import services as loyalty
from loyalty.queries import receipts

if TYPE_CHECKING:
    from loyalty.models import EarningReview

SET_DAYS_AGO = 20
STEP_POINTS, MOST_POINTS = 500, 50_000
KEY_DAY_POINTS, MERCHANT_DAY_POINTS = 100_000, 200_000
# ¥128,000: above the alliance's ceiling of a receipt at a point for each yuan, and large enough for two.
LARGE_SALE_FEN = 12_800_000


@dataclass(frozen=True)
class _Sale:
    """A sale that is so many times a merchant's own ceiling."""

    number: int
    days_ago: int
    hour: int
    times: int


def run(context: ChapterContext) -> None:
    """In the order of time: ceilings first, then what is above them."""
    first, second = context.main_merchants
    ceilings = [_set_ceilings(context, counter) for counter in context.main_merchants]

    ordered = _sell(context, first, ceilings[0], _Sale(0, 12, 15, 3))
    with context.travel_to(11, 10):
        loyalty.approve_earning(
            review=ordered,
            by=context.operator,
            key=key_of("review", "approve"),
            note="企业团购，已与店长电话核实订单。",
        )
    mistyped = _sell(context, first, ceilings[0], _Sale(1, 6, 20, 8))
    with context.travel_to(5, 10, 20):
        loyalty.refuse_earning(
            review=mistyped,
            by=context.second_operator,
            key=key_of("review", "refuse"),
            note="收银员把订单号录成了金额，商户已确认。",
        )
    _sell(context, first, ceilings[0], _Sale(2, 0, 19, 2))
    _sell(context, second, ceilings[1], _Sale(3, 0, 20, 2))
    _sell_above_alliance_ceiling(context)


def _set_ceilings(context: ChapterContext, counter: MerchantCounter) -> int:
    """Just above what the merchant's tills granted since; the ceiling of a receipt, in points."""
    start = context.at(SET_DAYS_AGO, 9)
    granted = receipts().filter(store__merchant=counter.merchant, at__gte=start)
    most = granted.aggregate(most=Max("granted"))["most"] or 0
    points = min((most // STEP_POINTS + 1) * STEP_POINTS, MOST_POINTS)
    with clock.travel_to(start):
        loyalty.set_ceilings(
            merchant=counter.merchant,
            ceilings=loyalty.Ceilings(
                receipt_points=points,
                key_day_points=KEY_DAY_POINTS,
                merchant_day_points=MERCHANT_DAY_POINTS,
            ),
            start=start,
            by=context.owner_of(counter),
        )
    return points


def _sell(
    context: ChapterContext, counter: MerchantCounter, ceiling_points: int, sale: _Sale
) -> "EarningReview":
    terms = counter.planned.terms[-1]
    yuan = sale.times * ceiling_points * terms.earn_per_fen // terms.earn_points // 100 + 1
    return _earn(
        counter,
        context.members[12 + sale.number],
        context.at(sale.days_ago, sale.hour, 40),
        fen=100 * yuan,
        receipt_no=f"D{sale.number:05d}",
    )


def _sell_above_alliance_ceiling(context: ChapterContext) -> None:
    """Above the alliance's ceiling, bought by a member a person may sign in as; one operator approved."""
    counter = next(
        counter
        for counter in context.other_merchants[1:]
        if counter.planned.terms[-1].points_for(LARGE_SALE_FEN) > 2 * MOST_POINTS
    )
    member = context.rows.members[min(context.rows.members)]
    review = _earn(counter, member, context.at(0, 18, 5), fen=LARGE_SALE_FEN, receipt_no="D128000")
    with context.travel_to(0, 21, 30):
        loyalty.approve_earning(
            review=review,
            by=context.operator,
            key=key_of("review", "first of two"),
            note="企业礼品采购，已看过发票。",
        )


def _earn(
    counter: MerchantCounter, member: Member, at: datetime, *, fen: int, receipt_no: str
) -> "EarningReview":
    with clock.travel_to(at):
        receipt = loyalty.earn_points(
            store=counter.stores[0],
            member=member,
            purchase=loyalty.ReportedPurchase(
                receipt_no=receipt_no,
                paid_fen=fen,
                paid_at=at - timedelta(minutes=2),
                source="till",
            ),
            actor=counter.actor,
            key=key_of("above a ceiling", receipt_no),
        )
    return receipts().get(pk=receipt.pk).review

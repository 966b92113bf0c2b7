"""Ceilings of merchants' own, and receipts above a ceiling: approved, refused, waiting for one person or two."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db.models import Max

from district.demo.life.scene import Counter, Scene, key_of
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
DEAR_FEN = 12_800_000


@dataclass(frozen=True)
class _Sale:
    """A sale that is so many times a merchant's own ceiling."""

    number: int
    days_ago: int
    hour: int
    times: int


def play(scene: Scene) -> None:
    """In the order of time: ceilings first, then what is above them."""
    first, second = scene.steady
    ceilings = [_set_ceilings(scene, counter) for counter in scene.steady]

    ordered = _sell(scene, first, ceilings[0], _Sale(0, 12, 15, 3))
    with scene.moved_to(11, 10):
        loyalty.approve_earning(
            review=ordered,
            by=scene.operator,
            key=key_of("review", "approve"),
            note="企业团购，已与店长电话核实订单。",
        )
    mistyped = _sell(scene, first, ceilings[0], _Sale(1, 6, 20, 8))
    with scene.moved_to(5, 10, 20):
        loyalty.refuse_earning(
            review=mistyped,
            by=scene.second,
            key=key_of("review", "refuse"),
            note="收银员把订单号录成了金额，商户已确认。",
        )
    _sell(scene, first, ceilings[0], _Sale(2, 0, 19, 2))
    _sell(scene, second, ceilings[1], _Sale(3, 0, 20, 2))
    _sell_dearly(scene)


def _set_ceilings(scene: Scene, counter: Counter) -> int:
    """Just above what the merchant's tills granted since; the ceiling of a receipt, in points."""
    start = scene.at(SET_DAYS_AGO, 9)
    granted = receipts().filter(store__merchant=counter.merchant, at__gte=start)
    most = granted.aggregate(most=Max("granted"))["most"] or 0
    points = min((most // STEP_POINTS + 1) * STEP_POINTS, MOST_POINTS)
    with clock.moved_to(start):
        loyalty.set_ceilings(
            merchant=counter.merchant,
            ceilings=loyalty.Ceilings(
                receipt_points=points,
                key_day_points=KEY_DAY_POINTS,
                merchant_day_points=MERCHANT_DAY_POINTS,
            ),
            start=start,
            by=scene.owner_of(counter),
        )
    return points


def _sell(scene: Scene, counter: Counter, ceiling_points: int, sale: _Sale) -> "EarningReview":
    terms = counter.planned.terms[-1]
    yuan = sale.times * ceiling_points * terms.earn_per_fen // terms.earn_points // 100 + 1
    return _earn(
        counter,
        scene.members[12 + sale.number],
        scene.at(sale.days_ago, sale.hour, 40),
        fen=100 * yuan,
        receipt_no=f"D{sale.number:05d}",
    )


def _sell_dearly(scene: Scene) -> None:
    """Above the alliance's ceiling, bought by a member a person may sign in as; one operator approved."""
    counter = next(
        counter
        for counter in scene.others[1:]
        if counter.planned.terms[-1].points_for(DEAR_FEN) > 2 * MOST_POINTS
    )
    member = scene.stage.members[min(scene.stage.members)]
    review = _earn(counter, member, scene.at(0, 18, 5), fen=DEAR_FEN, receipt_no="D128000")
    with scene.moved_to(0, 21, 30):
        loyalty.approve_earning(
            review=review,
            by=scene.operator,
            key=key_of("review", "first of two"),
            note="企业礼品采购，已看过发票。",
        )


def _earn(
    counter: Counter, member: Member, at: datetime, *, fen: int, receipt_no: str
) -> "EarningReview":
    with clock.moved_to(at):
        receipt = loyalty.earn_points(
            store=counter.stores[0],
            member=member,
            bill=loyalty.Bill(
                receipt_no=receipt_no,
                paid_fen=fen,
                paid_at=at - timedelta(minutes=2),
                source="till",
            ),
            actor=counter.actor,
            key=key_of("above a ceiling", receipt_no),
        )
    return receipt.review

"""Goods that came back, refunds nobody knows the receipt of, adjustments, a frozen account, a merger."""

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from district.demo.life.scene import Scene, key_of
from district.kernel import clock
from district.members import services as members
from district.members.models import Member, User
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.queries import balance_of, receipts
from loyalty.services import Returned

if TYPE_CHECKING:
    from loyalty.models import ParkedRefund

REFUNDED = 8


def play(scene: Scene) -> None:
    """Each correction at its own instant of the last weeks; some wait for a decision."""
    _refund(scene)
    _park(scene)
    _owe(scene)
    _adjust(scene)
    _look_into_accounts(scene)


def _refund(scene: Scene) -> None:
    """A third of some purchases of the first merchant comes back a day later."""
    bought = (
        receipts()
        .filter(
            store__merchant=scene.steady[0].merchant,
            source="till",
            refunded_fen=0,
            at__gte=scene.at(45, 0),
            at__lt=scene.at(14, 0),
            paid_fen__gte=3_000,
        )
        .select_related("store")
    )
    for number, receipt in enumerate(bought.order_by("at", "receipt_no")[:REFUNDED]):
        with clock.moved_to(receipt.at + timedelta(hours=26)):
            loyalty.refund_purchase(
                store=receipt.store,
                returned=Returned(
                    receipt.store,
                    receipt.receipt_no,
                    refund_no=f"T{number:05d}",
                    fen=receipt.paid_fen // 3,
                ),
                actor=scene.steady[0].actor,
                key=key_of("refund", number),
            )


def _owe(scene: Scene) -> None:
    """A member spends everything and brings the goods back: the points are owed."""
    first, second = scene.steady
    member = scene.members[9]
    at = scene.at(3, 12)
    with clock.moved_to(at):
        receipt = loyalty.earn_points(
            store=first.stores[0],
            member=member,
            bill=loyalty.Bill(
                receipt_no="Q000001",
                paid_fen=36_000,
                paid_at=at - timedelta(minutes=2),
                source="till",
            ),
            actor=first.actor,
            key=key_of("owed", "earn"),
        )
    with clock.moved_to(at + timedelta(hours=1)):
        opened = merchants.open_visit(
            till=second.till,
            store=second.stores[0],
            code=members.issue_card_code(member=member).code,
            key=key_of("owed", "visit"),
        )
        loyalty.spend_points(
            visit=opened.visit,
            points=balance_of(member).available,
            request_no="Q000001",
            actor=second.actor,
            key=key_of("owed", "spend"),
        )
    with clock.moved_to(at + timedelta(hours=5)):
        loyalty.refund_receipt(
            receipt=receipt,
            store=first.stores[0],
            refund_no="TQ00001",
            fen=36_000,
            actor=first.actor,
            key=key_of("owed", "refund"),
        )


def _park(scene: Scene) -> None:
    """Three refunds of receipts that we never heard of; one was looked into."""
    counter = scene.steady[0]
    for number in range(3):
        with scene.moved_to(3 * (2 - number), 16):
            parked = loyalty.refund_purchase(
                store=counter.stores[0],
                returned=Returned(
                    counter.stores[0], f"U{number:05d}", refund_no=f"TU{number:04d}", fen=6_600
                ),
                actor=counter.actor,
                key=key_of("parked", number),
            )
        if number == 0:
            with scene.moved_to(5, 10):
                loyalty.dismiss_refund(
                    parked=cast("ParkedRefund", parked),
                    note="入盟前的消费，没有积分可以收回。",
                    by=scene.operator,
                )


def _adjust(scene: Scene) -> None:
    """One approved, one rejected, and one waiting for each of the two operators."""
    first, second = scene.operator, scene.second
    _adjustment(scene, 0, scene.members[3], 300, "系统故障期间消费未入账", by=first, days_ago=15)
    _adjustment(scene, 1, scene.members[4], 800, "会员称活动积分少给", by=first, days_ago=9)
    _adjustment(scene, 2, scene.members[6], 150, "门店停电，手工小票补录", by=first, days_ago=0)
    _adjustment(scene, 3, scene.members[7], 220, "投诉补偿，客服单 2026-118", by=second, days_ago=0)


def _adjustment(
    scene: Scene, number: int, member: Member, points: int, reason: str, *, by: User, days_ago: int
) -> None:
    with scene.moved_to(days_ago, 17):
        proposed = loyalty.propose_adjustment(
            member=member,
            merchant=scene.steady[number % 2].merchant,
            points=points,
            reason=reason,
            by=by,
            key=key_of("adjustment", number),
        )
    if days_ago:
        with scene.moved_to(days_ago - 1, 10):
            loyalty.decide_adjustment(
                adjustment=proposed,
                approve=number == 0,
                by=scene.second,
                key=key_of("decide adjustment", number),
                note="" if number == 0 else "活动规则不含该门店，已向会员说明。",
            )


def _look_into_accounts(scene: Scene) -> None:
    *_, source, frozen = scene.members
    with scene.moved_to(2, 11):
        loyalty.freeze_account(
            member=frozen, reason="短时间内多店异常积分，核查中", by=scene.operator
        )
    with scene.moved_to(1, 11):
        loyalty.merge_members(
            source=source,
            into=scene.members[8],
            reason="同一人的两个账号",
            by=scene.operator,
            key=key_of("merge"),
        )

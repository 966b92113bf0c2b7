"""Goods that came back, refunds nobody knows the receipt of, adjustments, a frozen account, a merger."""

from datetime import timedelta
from typing import TYPE_CHECKING, cast

from district.demo.chapters.context import ChapterContext, key_of
from district.kernel import clock
from district.members import services as members
from district.members.models import Member, User
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.queries import balance_of, receipts
from loyalty.services import PurchaseRefund

if TYPE_CHECKING:
    from loyalty.models import ParkedRefund

REFUND_COUNT = 8


def run(context: ChapterContext) -> None:
    """Each correction at its own instant of the last weeks; some wait for a decision."""
    _refund_purchases(context)
    _park_refunds(context)
    _create_debt(context)
    _propose_adjustments(context)
    _freeze_and_merge_accounts(context)


def _refund_purchases(context: ChapterContext) -> None:
    """A third of some purchases of the first merchant comes back a day later."""
    bought = (
        receipts()
        .filter(
            store__merchant=context.main_merchants[0].merchant,
            source="till",
            refunded_fen=0,
            at__gte=context.at(45, 0),
            at__lt=context.at(14, 0),
            paid_fen__gte=3_000,
        )
        .select_related("store")
    )
    for number, receipt in enumerate(bought.order_by("at", "receipt_no")[:REFUND_COUNT]):
        with clock.travel_to(receipt.at + timedelta(hours=26)):
            loyalty.refund_purchase(
                store=receipt.store,
                purchase_refund=PurchaseRefund(
                    receipt.store,
                    receipt.receipt_no,
                    refund_no=f"T{number:05d}",
                    fen=receipt.paid_fen // 3,
                ),
                actor=context.main_merchants[0].actor,
                key=key_of("refund", number),
            )


def _create_debt(context: ChapterContext) -> None:
    """A member spends everything and brings the goods back: the points are owed."""
    first, second = context.main_merchants
    member = context.members[9]
    at = context.at(3, 12)
    with clock.travel_to(at):
        receipt = loyalty.earn_points(
            store=first.stores[0],
            member=member,
            purchase=loyalty.ReportedPurchase(
                receipt_no="Q000001",
                paid_fen=36_000,
                paid_at=at - timedelta(minutes=2),
                source="till",
            ),
            actor=first.actor,
            key=key_of("owed", "earn"),
        )
    with clock.travel_to(at + timedelta(hours=1)):
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
    with clock.travel_to(at + timedelta(hours=5)):
        loyalty.refund_receipt(
            receipt=receipts().get(pk=receipt.pk),
            store=first.stores[0],
            refund_no="TQ00001",
            fen=36_000,
            actor=first.actor,
            key=key_of("owed", "refund"),
        )


def _park_refunds(context: ChapterContext) -> None:
    """Three refunds of receipts that we never heard of; one was looked into."""
    counter = context.main_merchants[0]
    for number in range(3):
        with context.travel_to(3 * (2 - number), 16):
            parked = loyalty.refund_purchase(
                store=counter.stores[0],
                purchase_refund=PurchaseRefund(
                    counter.stores[0], f"U{number:05d}", refund_no=f"TU{number:04d}", fen=6_600
                ),
                actor=counter.actor,
                key=key_of("parked", number),
            )
        if number == 0:
            with context.travel_to(5, 10):
                loyalty.dismiss_refund(
                    parked=cast("ParkedRefund", parked),
                    note="入盟前的消费，没有积分可以收回。",
                    by=context.operator,
                )


def _propose_adjustments(context: ChapterContext) -> None:
    """One approved, one rejected, and one waiting for each of the two operators."""
    first, second = context.operator, context.second_operator
    _adjustment(
        context, 0, context.members[3], 300, "系统故障期间消费未入账", by=first, days_ago=15
    )
    _adjustment(context, 1, context.members[4], 800, "会员称活动积分少给", by=first, days_ago=9)
    _adjustment(context, 2, context.members[6], 150, "门店停电，手工小票补录", by=first, days_ago=0)
    _adjustment(
        context, 3, context.members[7], 220, "投诉补偿，客服单 2026-118", by=second, days_ago=0
    )


def _adjustment(
    context: ChapterContext,
    number: int,
    member: Member,
    points: int,
    reason: str,
    *,
    by: User,
    days_ago: int,
) -> None:
    with context.travel_to(days_ago, 17):
        proposed = loyalty.propose_adjustment(
            member=member,
            merchant=context.main_merchants[number % 2].merchant,
            points=points,
            reason=reason,
            by=by,
            key=key_of("adjustment", number),
        )
    if days_ago:
        with context.travel_to(days_ago - 1, 10):
            loyalty.decide_adjustment(
                adjustment=proposed,
                approve=number == 0,
                by=context.second_operator,
                key=key_of("decide adjustment", number),
                note="" if number == 0 else "活动规则不含该门店，已向会员说明。",
            )


def _freeze_and_merge_accounts(context: ChapterContext) -> None:
    *_, source, frozen = context.members
    with context.travel_to(2, 11):
        loyalty.freeze_account(
            member=frozen, reason="短时间内多店异常积分，核查中", by=context.operator
        )
    with context.travel_to(1, 11):
        loyalty.merge_members(
            source=source,
            into=context.members[8],
            reason="同一人的两个账号",
            by=context.operator,
            key=key_of("merge"),
        )

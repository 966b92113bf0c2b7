"""Points set aside at the till, the rules of the alliance, and prefunds: a full one and one nearly used up."""

from datetime import timedelta
from typing import TYPE_CHECKING

from district.demo.chapters.context import ChapterContext, MerchantCounter, key_of
from district.demo.plan.random_streams import random_stream
from district.kernel import clock
from district.members import services as members
from district.members.models import Member
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.queries import balance_of

if TYPE_CHECKING:
    from loyalty.models import Hold

CAPTURED_COUNT, VOIDED_COUNT, LAPSED_COUNT = 3, 2, 2
POINTS = 60
RECEIPTS = 14
LARGE_PREFUND_FEN = 2_000_000
# In a small district a receipt of so many points is already worth a second look.
BY_TWO_POINTS = 100_000


def run(context: ChapterContext) -> None:
    """Holds of the last day and of this moment; a prefund of the last month, and one of the last day."""
    with context.travel_to(60, 9):
        loyalty.set_alliance_policy(
            policy=loyalty.AlliancePolicyValues(review_by_two_from_points=BY_TWO_POINTS),
            start=clock.now(),
            by=context.operator,
        )
    rich = [member for member in context.members if balance_of(member).available >= 2 * POINTS]
    wanted = CAPTURED_COUNT + VOIDED_COUNT + LAPSED_COUNT + 1
    for number, member in enumerate(rich[:wanted]):
        _hold(context, number, member, is_last=number == min(len(rich), wanted) - 1)
    with context.travel_to(0, 22):
        # As beat would have done it: the points of the lapsed ones are back before the day ends.
        loyalty.sweep_accounts()
    _prefund(context, context.other_merchants[0])
    with context.travel_to(0, 23):
        loyalty.open_budget(
            merchant=context.main_merchants[0].merchant,
            fen=LARGE_PREFUND_FEN,
            reference="YC20260002",
            by=context.operator,
            key=key_of("budget", "plenty"),
        )


def _hold(context: ChapterContext, number: int, member: Member, *, is_last: bool) -> None:
    counter = context.main_merchants[number % 2]
    # The last one is still open when the demo is: its time is counted from now.
    at = clock.real_now() if is_last else context.at(0, 19, 5 * number)
    with clock.travel_to(at):
        opened = merchants.open_visit(
            till=counter.till,
            store=counter.stores[0],
            code=members.issue_card_code(member=member).code,
            key=key_of("hold visit", number),
        )
        hold = loyalty.hold_points(
            visit=opened.visit,
            points=POINTS,
            request_no=f"H{number:05d}",
            minutes=120,
            actor=counter.actor,
            key=key_of("hold", number),
        )
    if not is_last:
        _end(hold, number, counter)


def _end(hold: "Hold", number: int, counter: MerchantCounter) -> None:
    """Captured, voided, or left to lapse."""
    with clock.travel_to(hold.at + timedelta(minutes=20)):
        if number < CAPTURED_COUNT:
            loyalty.capture_hold(
                hold=hold,
                points=POINTS - 10 * number,
                actor=counter.actor,
                key=key_of("capture", number),
            )
        elif number < CAPTURED_COUNT + VOIDED_COUNT:
            loyalty.void_hold(hold=hold, actor=counter.actor, key=key_of("void", number))


def _prefund(context: ChapterContext, counter: MerchantCounter) -> None:
    """A deposit of the last month of which a fifth is left by now: the merchant is warned."""
    stream = random_stream("prefund")
    sums = [100 * stream.randint(60, 400) for _ in range(RECEIPTS)]
    terms = counter.planned.terms[-1]
    cost = sum(terms.points_for(fen) * terms.price_milli_fen for fen in sums) // 1000
    with context.travel_to(30, 10):
        loyalty.open_budget(
            merchant=counter.merchant,
            fen=cost * 23 // 20 + 100,
            reference="YC20260001",
            by=context.operator,
            key=key_of("budget"),
        )
    for number, fen in enumerate(sums):
        at = context.at(28 - 2 * number, 12, number)
        with clock.travel_to(at):
            loyalty.earn_points(
                store=counter.stores[0],
                member=context.members[number % len(context.members)],
                purchase=loyalty.ReportedPurchase(
                    receipt_no=f"Y{number:05d}",
                    paid_fen=fen,
                    paid_at=at - timedelta(minutes=2),
                    source="till",
                ),
                actor=counter.actor,
                key=key_of("prefunded", number),
            )
    loyalty.warn_of_low_prefunds()

"""The year settled month by month: closed cycles, one that runs, payments, disputes, credit notes, seals."""

import calendar
import sys
from datetime import date, timedelta

from district.demo.chapters.context import ChapterContext, key_of
from district.demo.merchant_setup import start_of
from district.demo.plan.demand_calendar import DAYS
from district.kernel import clock
from loyalty import services as loyalty
from loyalty.settlement import services as settlement
from loyalty.settlement.models import Cycle, Dispute, Line, Statement, StatementPayment
from loyalty.settlement.services.credit_notes import Correction
from loyalty.settlement.services.payments import PaymentDetails

PAID_DAYS_LATER = 5


def close_months(context: ChapterContext) -> None:
    """Every month that was over on the last day of the year is closed by two people; the month after runs."""
    day = first_day = context.plan.demand_calendar.first_day
    last_day = context.plan.demand_calendar.last_day
    while (end := _end_of_month(day)) < last_day:
        with clock.travel_to(clock.start_of_day(end + timedelta(days=1)) + timedelta(hours=10)):
            cycle = settlement.open_cycle(
                last_day=end, by=context.operator, first_day=first_day if day == first_day else None
            )
            settlement.propose_close(cycle=cycle, by=context.operator)
            settlement.approve_close(cycle=cycle, by=context.second_operator)
        day = end + timedelta(days=1)
    with clock.travel_to(clock.start_of_day(day) + timedelta(hours=11)):
        settlement.open_cycle(last_day=_end_of_month(day), by=context.operator)


def pay_and_dispute(context: ChapterContext) -> None:
    """Old statements are paid, the last one's in part; two disputes, one with a credit note."""
    closed = list(Cycle.objects.filter(state=Cycle.State.CLOSED).order_by("number"))
    for cycle in closed:
        _pay(context, cycle, all_of_it=cycle is not closed[-1])
    _dispute(context, closed[-1])


def seal_and_audit(context: ChapterContext) -> None:
    """Every day of the year is sealed, and the nightly check has found nothing."""
    with clock.travel_to(start_of(context.plan, DAYS) + timedelta(hours=3)):
        settlement.seal_days(most=sys.maxsize)
    loyalty.run_audit()


def _end_of_month(day: date) -> date:
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _pay(context: ChapterContext, cycle: Cycle, *, all_of_it: bool) -> None:
    statements = Statement.objects.filter(cycle=cycle).exclude(due=0).order_by("merchant_id")
    at = cycle.ends_at + timedelta(days=PAID_DAYS_LATER, hours=14)
    if at > context.at(0, 23):
        at = context.at(0, 18)
    with clock.travel_to(at):
        for number, statement in enumerate(statements):
            if not all_of_it and number % 3 == 0:
                continue
            due = abs(statement.due)
            to_merchant = statement.due > 0
            ways = StatementPayment.Direction
            settlement.record_payment(
                statement=statement,
                paid=PaymentDetails(
                    fen=due if all_of_it or number % 3 == 1 else max(1, due // 2),
                    direction=ways.TO_MERCHANT if to_merchant else ways.FROM_MERCHANT,
                    reference=f"YH{cycle.number:03d}{number:05d}",
                    paid_at=at,
                ),
                by=context.second_operator,
            )


def _dispute(context: ChapterContext, cycle: Cycle) -> None:
    """Of the first steady merchant's lines one dispute is upheld and credited, another one waits."""
    merchant = context.main_merchants[0].merchant
    lines = [
        line
        for line in Line.objects.filter(cycle=cycle, fen__gt=0).order_by("-fen", "pk")
        if merchant.pk in {line.issuer_id, line.redeemer_id} and line.issuer_id != line.redeemer_id
    ]
    reasons = ("该商户当日核销数与我方小票不符", "价格条款变更后仍按旧价清分")
    disputes: list[Dispute] = []
    with context.travel_to(1, 15):
        for number, (line, reason) in enumerate(zip(lines, reasons, strict=False)):
            disputes.append(
                settlement.open_dispute(
                    line=line,
                    merchant=merchant,
                    reason=reason,
                    by=context.owner,
                    key=key_of("dispute", number),
                )
            )
    if not disputes:
        return
    with context.travel_to(0, 10):
        upheld = settlement.uphold_dispute(
            dispute=disputes[0], decision="核对无误，退回多收部分。", by=context.operator
        )
        line = lines[0]
        note = settlement.propose_credit_note(
            correction=Correction(
                cycle=cycle,
                payer=line.redeemer,
                payee=line.issuer,
                fen=max(1, line.fen // 4),
                reason="争议成立：退回多收的清分款",
                dispute=upheld,
            ),
            by=context.operator,
            key=key_of("credit note"),
        )
        settlement.approve_credit_note(note=note, by=context.second_operator)
        settlement.propose_credit_note(
            correction=Correction(
                cycle=cycle,
                payer=line.issuer,
                payee=line.redeemer,
                fen=1_200,
                reason="系统切换当日重复计入一笔",
            ),
            by=context.operator,
            key=key_of("credit note", "waiting"),
        )

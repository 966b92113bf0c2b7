"""The year, day after day: every posting of the plan at its own instant, through the verbs of the district."""

import logging
from datetime import date
from threading import Barrier

from django.db import transaction

from district.demo.models import Lane
from district.demo.parallel import Part, run_in_parallel
from district.demo.plan import Plan
from district.demo.plan.postings import (
    PlannedPosting,
    PlannedPurchase,
    PlannedReversal,
    PlannedSpending,
)
from district.demo.planned_rows import PlannedRows
from district.demo.progress import ProgressMeter
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members import services as members
from district.merchants import services as merchants
from loyalty import services as loyalty
from loyalty.queries import transfer_of_merchant

LANES = 2
logger = logging.getLogger("district.demo")


class YearRunner:
    """Makes the postings in lanes of members, in step with each other from day to day.

    A lane's day is one transaction, together with the note how far the lane has come: what a
    killed run leaves behind is whole days, and the sweep never sees a member half way.
    """

    def __init__(self, plan: Plan, rows: PlannedRows, meter: ProgressMeter) -> None:
        self._plan, self._rows, self._meter = plan, rows, meter
        self._step = Barrier(LANES)

    def run(self) -> None:
        self._meter.phase("a year of receipts")
        run_in_parallel([self._run_lane(number) for number in range(LANES)])

    def _run_lane(self, number: int) -> Part:
        lane = Lane.objects.filter(number=number).first() or Lane(number=number)
        begun = lane.pk is not None
        try:
            for day, postings in self._plan.days():
                self._step.wait()
                if number == 0:
                    _sweep(day)
                mine = [posting for posting in postings if posting.member % LANES == number]
                if not begun or day > lane.posted_through:
                    self._run_day(lane, day, mine)
                self._meter.step(len(mine))
                yield
        finally:
            # Nobody waits for a lane that has stopped.
            self._step.abort()

    @transaction.atomic
    def _run_day(self, lane: Lane, day: date, postings: list[PlannedPosting]) -> None:
        tills = DayRunner(self._rows)
        for posting in postings:
            with clock.travel_to(posting.at):
                tills.run(posting)
        lane.posted_through = day
        lane.save()


def _sweep(day: date) -> None:
    """What beat does every ten minutes in life: lines of expiry stand in the ledger in their time."""
    with clock.travel_to(clock.start_of_day(day)):
        loyalty.sweep_accounts()


class DayRunner:
    """What the tills do on one day; a reversal finds what it undoes on the same day."""

    def __init__(self, rows: PlannedRows) -> None:
        self._rows = rows
        self._posted: dict[str, str] = {}

    def run(self, posting: PlannedPosting) -> None:
        if isinstance(posting, PlannedPurchase):
            self._earn(posting)
            return
        try:
            # A savepoint: if somebody at the running district was faster, the day goes on.
            with transaction.atomic():
                if isinstance(posting, PlannedSpending):
                    self._spend(posting)
                elif isinstance(posting, PlannedReversal) and posting.of.key in self._posted:
                    self._reverse(posting, self._posted[posting.of.key])
        except DomainError as refusal:
            logger.warning("act left out", extra={"posting": posting.key, "why": refusal.code})

    def _earn(self, posting: PlannedPurchase) -> None:
        receipt = loyalty.earn_points(
            store=self._rows.stores[posting.store.number],
            member=self._rows.members[posting.member],
            purchase=loyalty.ReportedPurchase(
                receipt_no=posting.receipt_no,
                paid_fen=posting.paid_fen,
                paid_at=posting.paid_at,
                source="till",
            ),
            actor=self._rows.tills[posting.store.merchant].actor,
            key=Key.of("demo:earn", posting.key),
        )
        if receipt.transfer is not None:
            self._posted[posting.key] = receipt.transfer.public_id

    def _spend(self, posting: PlannedSpending) -> None:
        """The member shows the card, the till reads it, the points move; cards live by today's clock."""
        till = self._rows.tills[posting.store.merchant]
        opened = merchants.open_visit(
            till=till,
            store=self._rows.stores[posting.store.number],
            code=members.issue_card_code(member=self._rows.members[posting.member]).code,
            key=Key.of("demo:visit", posting.key),
        )
        # Nobody of the demo is asked to confirm: the rules of the alliance are those of the first day.
        spending = loyalty.spend_points(
            visit=opened.visit,
            points=posting.points,
            request_no=posting.request_no,
            actor=till.actor,
            key=Key.of("demo:spend", posting.key),
        )
        self._posted[posting.key] = spending.public_id

    def _reverse(self, posting: PlannedReversal, transfer: str) -> None:
        till = self._rows.tills[posting.store.merchant]
        loyalty.reverse_transfer(
            transfer=transfer_of_merchant(till.merchant.pk, transfer),
            store=self._rows.stores[posting.store.number],
            reason=posting.reason,
            actor=till.actor,
            key=Key.of("demo:reverse", posting.key),
        )

"""The year, day after day: every act of the plan at its own instant, through the verbs of the district."""

import logging
from datetime import date
from threading import Barrier
from typing import TYPE_CHECKING, cast

from django.db import transaction

from district.demo.crew import Part, side_by_side
from district.demo.models import Lane
from district.demo.plan import Plan
from district.demo.plan.acts import Act, Purchase, Reversal, Spending
from district.demo.progress import Meter
from district.demo.stage import Stage
from district.kernel import clock
from district.kernel.errors import DomainError
from district.kernel.idempotency import Key
from district.members import services as members
from district.merchants import services as merchants
from loyalty import services as loyalty

if TYPE_CHECKING:
    from loyalty.models import Transfer

LANES = 2
logger = logging.getLogger("district.demo")


class Year:
    """Plays the acts in lanes of members, in step with each other from day to day.

    A lane's day is one transaction, together with the note how far the lane has come: what a
    killed run leaves behind is whole days, and the sweep never sees a member half way.
    """

    def __init__(self, plan: Plan, stage: Stage, meter: Meter) -> None:
        self._plan, self._stage, self._meter = plan, stage, meter
        self._step = Barrier(LANES)

    def play(self) -> None:
        self._meter.phase("a year of receipts")
        side_by_side([self._play_lane(number) for number in range(LANES)])

    def _play_lane(self, number: int) -> Part:
        lane = Lane.objects.filter(number=number).first() or Lane(number=number)
        begun = lane.pk is not None
        try:
            for day, acts in self._plan.days():
                self._step.wait()
                if number == 0:
                    _sweep(day)
                mine = [act for act in acts if act.member % LANES == number]
                if not begun or day > lane.played_through:
                    self._play_day(lane, day, mine)
                self._meter.step(len(mine))
                yield
        finally:
            # Nobody waits for a lane that has stopped.
            self._step.abort()

    @transaction.atomic
    def _play_day(self, lane: Lane, day: date, acts: list[Act]) -> None:
        tills = Tills(self._stage)
        for act in acts:
            with clock.moved_to(act.at):
                tills.play(act)
        lane.played_through = day
        lane.save()


def _sweep(day: date) -> None:
    """What beat does every ten minutes in life: lines of expiry stand in the ledger in their time."""
    with clock.moved_to(clock.start_of_day(day)):
        loyalty.sweep_accounts()


class Tills:
    """What the tills do on one day; a reversal finds what it undoes on the same day."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._posted: dict[str, Transfer] = {}

    def play(self, act: Act) -> None:
        if isinstance(act, Purchase):
            self._earn(act)
            return
        try:
            # A savepoint: if somebody at the running district was faster, the day goes on.
            with transaction.atomic():
                if isinstance(act, Spending):
                    self._spend(act)
                elif isinstance(act, Reversal) and act.of.key in self._posted:
                    self._reverse(act, self._posted[act.of.key])
        except DomainError as refusal:
            logger.warning("act left out", extra={"act": act.key, "why": refusal.code})

    def _earn(self, act: Purchase) -> None:
        receipt = loyalty.earn_points(
            store=self._stage.stores[act.store.number],
            member=self._stage.members[act.member],
            bill=loyalty.Bill(
                receipt_no=act.receipt_no,
                paid_fen=act.paid_fen,
                paid_at=act.paid_at,
                source="till",
            ),
            actor=self._stage.tills[act.store.merchant].actor,
            key=Key.of("demo:earn", act.key),
        )
        if receipt.transfer is not None:
            self._posted[act.key] = receipt.transfer

    def _spend(self, act: Spending) -> None:
        """The member shows the card, the till reads it, the points move; cards live by today's clock."""
        till = self._stage.tills[act.store.merchant]
        opened = merchants.open_visit(
            till=till,
            store=self._stage.stores[act.store.number],
            code=members.issue_card_code(member=self._stage.members[act.member]).code,
            key=Key.of("demo:visit", act.key),
        )
        # Nobody of the demo is asked to confirm: the rules of the alliance are those of the first day.
        self._posted[act.key] = cast(
            "Transfer",
            loyalty.spend_points(
                visit=opened.visit,
                points=act.points,
                request_no=act.request_no,
                actor=till.actor,
                key=Key.of("demo:spend", act.key),
            ),
        )

    def _reverse(self, act: Reversal, origin: "Transfer") -> None:
        loyalty.reverse_transfer(
            transfer=origin,
            store=self._stage.stores[act.store.number],
            reason=act.reason,
            actor=self._stage.tills[act.store.merchant].actor,
            key=Key.of("demo:reverse", act.key),
        )

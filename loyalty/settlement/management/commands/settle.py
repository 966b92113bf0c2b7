"""`manage.py settle`: closes every cycle that is over, one after the other, and prints what came of it."""

import calendar
import contextlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Sum

from district.kernel import audit, clock
from district.kernel.database.named_database import DatabaseCommand, is_replay
from district.kernel.database.postgres import first_row
from district.kernel.errors import DomainError
from district.members import services as members
from district.members.models import User
from district.merchants.queries import is_operator
from loyalty.services import sweep_accounts
from loyalty.settlement import services as settlement
from loyalty.settlement.models import Charge, Cycle, JournalSeal
from loyalty.settlement.queries import last_cycle

RIGHT = "settlement.add_cycle"


class Command(DatabaseCommand):
    help = (
        "Close every settlement cycle that is over, in the names of two people, seal the journal,"
        " and print the figures as one JSON object. What is closed already stays as it is."
        " In the database of a replay time stands at its last posting, and who is missing is made."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--proposer", required=True, help="who proposes, a user name")
        parser.add_argument("--approver", required=True, help="who approves, another one")
        parser.add_argument(
            "--days", type=int, help="the length of a cycle; without it, calendar months"
        )
        super().add_arguments(parser)

    def work(self, *args: Any, **options: Any) -> None:
        try:
            with contextlib.ExitStack() as stack:
                if is_replay():
                    stack.enter_context(clock.travel_to(_after_the_last_posting()))
                proposer, approver = (
                    _person(options[name], make=is_replay()) for name in ("proposer", "approver")
                )
                stack.enter_context(audit.recorded_as_command("settle"))
                self._settle(proposer, approver, options["days"])
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _settle(self, proposer: User, approver: User, days: int | None) -> None:
        while sweep_accounts():
            pass
        for last_day, first_day in _cycles_over(days):
            cycle = settlement.open_cycle(last_day=last_day, first_day=first_day, by=proposer)
            settlement.propose_close(cycle=cycle, by=proposer)
            settlement.approve_close(cycle=cycle, by=approver)
            self.stderr.write(f"cycle {cycle.number} closed")
        settlement.seal_days(most=sys.maxsize)
        self.stdout.write(json.dumps(_figures(), ensure_ascii=False))


def _cycles_over(days: int | None) -> Iterator[tuple[date, date | None]]:
    """The last day of each cycle that is over, and for the very first one its first day."""
    today = clock.business_day(clock.now())
    last = last_cycle()
    if last is not None and last.state != Cycle.State.CLOSED:
        if clock.now() < last.ends_at:
            return
        yield clock.business_day(last.ends_at) - timedelta(days=1), None
    first_day = None if last is not None else _first_day()
    if last is None and first_day is None:
        return
    day = clock.business_day(last.ends_at) if last is not None else first_day
    assert day is not None
    while (last_day := _last_day(day, days)) < today:
        yield last_day, first_day
        day, first_day = last_day + timedelta(days=1), None


def _last_day(day: date, days: int | None) -> date:
    if days is not None:
        return day + timedelta(days=max(days, 1) - 1)
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def _first_day() -> date | None:
    (first,) = first_row("select min(at) from loyalty_transfer")
    return None if first is None else clock.business_day(first)


def _after_the_last_posting() -> Any:
    """The start of the month after: the last cycle of a replay is over then."""
    (last,) = first_row("select max(at) from loyalty_transfer")
    if last is None:
        raise CommandError("this replay has posted nothing")
    day = clock.business_day(last)
    return clock.start_of_day(_last_day(day, None) + timedelta(days=1)) + timedelta(hours=1)


def _person(name: str, *, make: bool) -> User:
    """An operator who may close cycles: naming people at a shell gives nobody a right.

    Raises CommandError.
    """
    person = User.objects.filter(username=name, kind=User.Kind.STAFF).first()
    if make:
        person = members.make_operator(user=person or User.objects.create_staff(name), by=None)
    if person is None:
        raise CommandError(f"nobody of the staff is called {name}")
    if not (person.is_active and is_operator(person) and person.has_perm(RIGHT)):
        raise CommandError(f"{name} is no operator with the right to close cycles")
    return person


def _figures() -> dict[str, Any]:
    cycles = Cycle.objects.filter(state=Cycle.State.CLOSED).order_by("number")
    sums = {
        row["pk"]: row
        for row in cycles.values("pk").annotate(
            points=Sum("lines__points"),
            movements=Sum("lines__movements"),
            milli_fen=Sum("lines__milli_fen"),
            fen=Sum("lines__fen"),
        )
    }
    nets = dict(cycles.values_list("pk").annotate(Sum("statements__net")))
    charges = dict(Charge.objects.values_list("cycle").annotate(Sum("fen")))
    last = JournalSeal.objects.order_by("-day").first()
    return {
        "cycles": [
            {
                "number": cycle.number,
                "first_day": clock.business_day(cycle.starts_at).isoformat(),
                "last_day": (clock.business_day(cycle.ends_at) - timedelta(days=1)).isoformat(),
                **{name: sums[cycle.pk][name] or 0 for name in ("movements", "points", "milli_fen", "fen")},
                "charges_fen": charges.get(cycle.pk, 0),
                "net": nets[cycle.pk] or 0,
                "hash": bytes(cycle.hash or b"").hex(),
            }
            for cycle in cycles
        ],
        "seals": JournalSeal.objects.count(),
        "last_seal": None
        if last is None
        else {"day": last.day.isoformat(), "hash": bytes(last.hash).hex()},
    }  # fmt: skip

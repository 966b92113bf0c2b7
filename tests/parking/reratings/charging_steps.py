"""A car park that has charged by Chongqing's key areas for ten days, at noon of a Tuesday."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.members.models import User
from district.merchants.models import Merchant
from parking import services as parking
from parking.models import CarPark, Rerating, Stay, Tariff, TariffVersion
from parking.queries.fees import due_of
from tests.factories.loyalty import fresh_key
from tests.factories.merchants import make_merchant, make_store
from tests.factories.parking import make_car_park, make_feed
from tests.factories.stays import gate_row, pass_gate
from tests.factories.tariffs import make_tariff, make_tariff_version

NOW = datetime(2026, 11, 24, 12, tzinfo=SHANGHAI)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# What a day costs at most by the tariff that should have been.
CAP = {"caps": {"day_fen": 1000}}

_numbers = count(1)


@dataclass(frozen=True)
class ChargingCarPark:
    """All of one operator."""

    merchant: Merchant
    tariff: Tariff
    version: TariffVersion
    car_park: CarPark

    def stay(self, plate: str, ended: str, minutes: int, *, days_ago: int = 1) -> Stay:
        """A car that left at that time of a day after so many minutes."""
        left_at = datetime.combine(
            NOW.date() - days_ago * DAY, datetime.strptime(ended, "%H:%M").time(), SHANGHAI
        )
        entered_at = left_at - timedelta(minutes=minutes)
        return self.passes(plate, entered_at, left_at)

    def open_stay(self, plate: str, minutes: int) -> Stay:
        return self.passes(plate, clock.now() - timedelta(minutes=minutes))

    def leave(self, plate: str) -> None:
        row = gate_row(self.car_park, "exit", clock.now(), plate)
        assert pass_gate(self.car_park, row) == ["accepted"]

    def passes(self, plate: str, entered_at: datetime, left_at: datetime | None = None) -> Stay:
        rows = [gate_row(self.car_park, "entry", entered_at, plate)]
        if left_at is not None:
            rows.append(gate_row(self.car_park, "exit", left_at, plate))
        assert {*pass_gate(self.car_park, *rows)} == {"accepted"}
        return Stay.objects.latest("pk")


def make_charging_car_park() -> ChargingCarPark:
    merchant = make_merchant()
    tariff = make_tariff(merchant)
    with clock.travel_to(NOW - 10 * DAY):
        version = make_tariff_version(tariff)
    car_park = make_car_park(feed=make_feed(merchant))
    parking.assign_tariff(car_park=car_park, tariff=tariff, by=None)
    parking.set_fee_terms(
        car_park=car_park, store=make_store(merchant=merchant), exit_grace_minutes=15, by=None
    )
    return ChargingCarPark(merchant, tariff, version, car_park)


def somebody() -> User:
    """Of the staff, who never signs in."""
    return User.objects.create(
        username=f"staff-{next(_numbers)}", kind=User.Kind.STAFF, password="!"
    )


def paid_in_cash(stay: Stay, fen: int | None = None) -> Stay:
    """All that is due, or so much, taken at the gate now."""
    due = due_of(stay, clock.now())
    assert due is not None
    parking.record_money(
        stay=stay,
        amount_fen=due.due_fen if fen is None else fen,
        channel="cash",
        reference=f"cash-{stay.pk}",
        at=clock.now(),
        key=fresh_key(),
    )
    return stay


def plan(charging: ChargingCarPark, rules_from: TariffVersion, **terms: Any) -> Rerating:
    """Of the last eight days, by some operator."""
    wanted = {
        "version": charging.version,
        "start": NOW - 8 * DAY,
        "end": NOW,
        "reason": "漏了封顶",
        "by": terms.get("by") or somebody(),
        "key": terms.get("key") or fresh_key(),
    }
    return parking.plan_rerating(rules_from=rules_from, **wanted | terms)


def approve(rerating: Rerating) -> Rerating:
    """By another operator."""
    return parking.approve_rerating(rerating=rerating, by=somebody(), note="")


def run(rerating: Rerating) -> None:
    while parking.run_rerating(job=rerating.job):
        pass
    rerating.job.refresh_from_db()


def outcomes(rerating: Rerating) -> list[str]:
    return list(rerating.rows.order_by("pk").values_list("outcome", flat=True))

from datetime import datetime, timedelta

import pytest

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from district.kernel.models import OutboxRow
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Lot, Transfer
from loyalty.tasks import sweep_accounts_due
from tests.factories.loyalty import buy
from tests.factories.members import make_member

BOUGHT = datetime(2024, 11, 20, 15, 0, tzinfo=SHANGHAI)
ENDS = datetime(2026, 11, 20, tzinfo=SHANGHAI)


@pytest.fixture
def lot(member, tea):
    with clock.travel_to(BOUGHT):
        buy(member, tea, fen=5_000)
    return Lot.objects.get()


def test_points_live_until_the_last_instant_before_their_day(lot, member):
    assert lot.expires_at == ENDS
    assert queries.balance_of(member, ENDS - timedelta(microseconds=1)).available == 50
    assert queries.balance_of(member, ENDS).available == 0


def test_the_sweep_writes_down_what_ended(lot, member):
    with clock.travel_to(ENDS):
        assert loyalty.sweep_accounts() == 1

    line = Transfer.objects.get(kind="expire")
    assert (line.points, line.available_after, line.at, line.actor) == (50, 0, ENDS, "system")
    assert OutboxRow.objects.get(name="PointsExpired").payload["points"] == 50
    assert queries.clearing() == []


def test_the_sweep_finds_nothing_twice(lot):
    with clock.travel_to(ENDS):
        loyalty.sweep_accounts()

        assert loyalty.sweep_accounts() == 0
    assert Transfer.objects.filter(kind="expire").count() == 1


def test_nothing_ends_a_moment_early(lot):
    with clock.travel_to(ENDS - timedelta(microseconds=1)):
        assert loyalty.sweep_accounts() == 0


def test_days_that_ended_apart_stand_apart(member, tea):
    for days in (0, 0, 1):
        with clock.travel_to(BOUGHT + timedelta(days=days)):
            buy(member, tea, fen=1_000)

    with clock.travel_to(ENDS + timedelta(days=7)):
        assert sweep_accounts_due() == 1

    lines = Transfer.objects.filter(kind="expire").order_by("seq")
    assert [(line.points, line.at) for line in lines] == [
        (20, ENDS),
        (10, ENDS + timedelta(days=1)),
    ]


def test_the_sweep_reaches_every_account(tea):
    for name in ("小林", "小周", "小陈"):
        with clock.travel_to(BOUGHT):
            buy(make_member(name), tea, fen=1_000)

    with clock.travel_to(ENDS):
        assert sweep_accounts_due() == 3


def test_the_calendar_lists_every_day_and_issuer(member, tea, books):
    for store, fen in ((tea, 1_000), (tea, 2_000), (books, 500)):
        with clock.travel_to(BOUGHT):
            buy(member, store, fen=fen)

    with clock.travel_to(ENDS - timedelta(days=30)):
        found = queries.expiring_points(member)

    assert sorted(
        (expiring.points, expiring.expires_at, expiring.issuer) for expiring in found
    ) == sorted([(30, ENDS, tea.merchant.name), (5, ENDS, books.merchant.name)])

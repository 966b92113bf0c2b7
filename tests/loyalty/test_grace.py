"""A lot whose last day passes while its points are held: they come back with some days of grace."""

from datetime import datetime, timedelta

import pytest

from district.kernel import clock
from district.kernel.clock import SHANGHAI
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import Lot, Transfer
from loyalty.queries import Balance
from loyalty.services import EarningTerms
from tests.factories.loyalty import (
    buy,
    capture,
    make_earning_store,
    make_hold,
    make_refund,
    pay_points,
    undo,
    void,
)

BOUGHT = datetime(2026, 1, 31, 15, 0, tzinfo=SHANGHAI)
ENDS = datetime(2026, 2, 28, tzinfo=SHANGHAI)
GRACE_ENDS = datetime(2026, 3, 8, tzinfo=SHANGHAI)
DAY = timedelta(days=1)


@pytest.fixture
def short(db):
    return make_earning_store(EarningTerms(validity_months=1, price_milli_fen=850))


@pytest.fixture
def held(member, short, tea):
    """Sixty of a hundred points, held across the midnight at which they end."""
    with clock.travel_to(BOUGHT):
        buy(member, short, fen=10_000)
    with clock.travel_to(ENDS - timedelta(minutes=30)):
        return make_hold(member, tea, points=60, minutes=60, grace_days=7)


def test_what_is_held_does_not_end_with_its_lot(held, member):
    assert queries.balance_of(member, ENDS) == Balance(available=0, held=60, pending=0, debt=0)
    with clock.travel_to(ENDS):
        loyalty.sweep_accounts()
        assert capture(held).captured == 60

    (claim,) = queries.clearing()
    assert (claim.points, claim.milli_fen) == (60, 51_000)


def test_what_comes_back_late_lives_seven_more_days(held, member, short):
    with clock.travel_to(ENDS + timedelta(minutes=10)):
        capture(held, points=20)

    lot = Lot.objects.latest("pk")
    first = Lot.objects.earliest("pk")
    assert (lot.granted, lot.expires_at, lot.origin) == (40, GRACE_ENDS, first)
    assert (lot.issuer_id, lot.price_milli_fen) == (short.merchant_id, 850)
    last = GRACE_ENDS - timedelta(microseconds=1)
    assert queries.balance_of(member, last).available == 40
    assert queries.balance_of(member, GRACE_ENDS).available == 0
    assert Transfer.objects.get(kind="grace").points == 40
    (claim,) = queries.clearing()
    assert claim.points == 20


def test_a_hold_that_ran_out_counts_its_grace_from_then(held, member):
    # Nobody looks for three days; the points came back half an hour after midnight all the same.
    late = ENDS + 3 * DAY
    assert queries.balance_of(member, late) == Balance(available=60, held=0, pending=0, debt=0)

    with clock.travel_to(late):
        pay_points(member, held.store, points=1)

    assert Lot.objects.latest("pk").expires_at == GRACE_ENDS


def test_a_hold_and_its_grace_long_past_leave_nothing(held, member):
    with clock.travel_to(GRACE_ENDS):
        assert queries.balance_of(member) == Balance(0, 0, 0, 0)
        loyalty.sweep_accounts()
        assert queries.balance_of(member) == Balance(0, 0, 0, 0)

    kinds = queries.statement(member).order_by("seq").values_list("kind", "points")
    assert list(kinds) == [
        ("earn", 100),
        ("hold", 60),
        ("expire", 40),
        ("grace", 60),
        ("expire", 60),
    ]


def test_points_of_grace_are_the_receipts_own(held, member):
    with clock.travel_to(ENDS + timedelta(minutes=10)):
        void(held)
        refund = make_refund(queries.receipts().get())

    # The forty that ended unspent are taken from nobody.
    assert (refund.own, refund.other, refund.owed, refund.ended) == (60, 0, 0, 40)


def test_a_second_late_release_goes_on_from_the_first_lot(held, member, tea):
    with clock.travel_to(ENDS + timedelta(minutes=10)):
        void(held)
    with clock.travel_to(GRACE_ENDS - timedelta(minutes=30)):
        again = make_hold(member, tea, points=60, minutes=60, grace_days=1)
    with clock.travel_to(GRACE_ENDS + timedelta(minutes=10)):
        void(again)

    lot = Lot.objects.latest("pk")
    assert (lot.origin, lot.expires_at) == (Lot.objects.earliest("pk"), GRACE_ENDS + 2 * DAY)


def test_a_captured_spending_given_back_after_its_lot_ended_dies(held, member, tea):
    with clock.travel_to(ENDS + timedelta(minutes=10)):
        spent = capture(held).spent
        undo(spent, tea)

        assert queries.balance_of(member) == Balance(0, 0, 0, 0)
    assert queries.clearing() == []

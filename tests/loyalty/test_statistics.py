"""The report's figures against the same sums made by hand from every row of the ledger."""

from datetime import UTC, datetime, timedelta

import pytest

from district.kernel import clock
from district.merchants import services as merchants
from loyalty import statistics
from loyalty.models import AlliancePolicy, Draw, HoldPart, Lot, Restore, Transfer
from loyalty.services import EarningTerms, sweep_accounts
from loyalty.statistics import StatisticsScope
from tests.admin.points_history import capture, make_hold, make_refund
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points, undo
from tests.factories.members import make_member

NOW = datetime(2026, 3, 20, 4, tzinfo=UTC)


def by_hand(issuer, at):
    """Every lot, draw and restore up to an instant, added up; the dead ones left out by their end."""
    points = milli_fen = 0
    for lot in Lot.objects.filter(issuer=issuer, transfer__at__lt=at):
        draws = Draw.objects.filter(lot=lot, transfer__at__lt=at)
        restores = Restore.objects.filter(draw__lot=lot, transfer__at__lt=at)
        left = (
            lot.granted - sum(part.points for part in draws) + sum(part.points for part in restores)
        )
        if lot.expires_at < at:
            held = HoldPart.objects.filter(lot=lot, hold__at__lt=at, hold__state="open")
            left = min(left, sum(part.points for part in held))
        points += left
        milli_fen += left * lot.price_milli_fen
    return points, milli_fen


@pytest.fixture
def year(db):
    """Two merchants of different prices and short lives; points of all fates."""
    tea = make_earning_store(EarningTerms(price_milli_fen=1_050, validity_months=2))
    books = make_earning_store(EarningTerms(price_milli_fen=800, validity_months=2, pending_days=3))
    guests = [make_member() for _ in range(3)]
    for number, day in enumerate(range(88, 0, -8)):
        with clock.travel_to(NOW - timedelta(days=day)):
            guest = guests[number % 3]
            bought = buy(guest, tea, fen=10_000 + number)
            buy(guest, books, fen=7_000 + number)
            spent = pay_points(guest, books, points=40)
            if number % 2:
                undo(spent, books)
            if number % 4 == 0:
                make_refund(bought, fen=3_333, no=f"R{number}")
            if number % 5 == 0:
                capture(make_hold(guest, tea, points=20, no=f"H{number}"), 10)
    with clock.travel_to(NOW - timedelta(days=1)):
        make_hold(guests[0], tea, points=25, no="开着", minutes=3 * 24 * 60)
    return tea, books


@pytest.mark.parametrize(("days", "step"), [(8, 1), (30, 2), (90, 7)])
@pytest.mark.parametrize("swept", [False, True])
def test_outstanding_points_equal_the_sum_of_all_rows_at_each_instant(year, days, step, swept):
    with clock.travel_to(NOW):
        if swept:
            sweep_accounts()
        found = statistics.liability(StatisticsScope(), days=days, step=step)

    if not swept:
        # By hand only what was written down can be counted.
        with clock.travel_to(NOW):
            sweep_accounts()
    assert {liability.issuer for liability in found} == {store.merchant_id for store in year}
    for liability in found:
        assert liability.levels[-1].at == NOW
        for level in liability.levels:
            expected = by_hand(liability.issuer, level.at)
            assert (level.points, level.milli_fen) == expected, (liability.name, level.at)
    assert len({level.points for liability in found for level in liability.levels}) > 4


def test_a_merchant_and_its_stores_have_their_own_part_only(year):
    tea, books = year
    with clock.travel_to(NOW):
        everybody = statistics.liability(StatisticsScope(), days=8, step=1)
        own = statistics.liability(StatisticsScope(tea.merchant_id), days=8, step=1)
        at_store = statistics.liability(StatisticsScope(tea.merchant_id, [tea.pk]), days=8, step=1)
        to_other_party = statistics.liability(
            StatisticsScope(tea.merchant_id, [books.pk]), days=8, step=1
        )

    assert own == [liability for liability in everybody if liability.issuer == tea.merchant_id]
    assert at_store == own
    assert to_other_party == []


def test_breakage_counts_each_month_in_shanghai_what_expired_and_to_whom(db):
    tea = make_earning_store(EarningTerms(price_milli_fen=1_050, validity_months=1))
    fund = merchants.create_fund(name="助老专项", by=None, key=fresh_key())
    guest = make_member()
    # The end of the first lot is 1 February 00:00 in Shanghai: still January in UTC.
    with clock.travel_to(datetime(2026, 1, 1, 4, tzinfo=UTC)):
        buy(guest, tea, fen=5_000)
    with clock.travel_to(datetime(2026, 2, 10, 4, tzinfo=UTC)):
        AlliancePolicy.objects.create(
            valid=(clock.now(), None), breakage_to=fund, breakage_kind="fund"
        )
        buy(guest, tea, fen=3_000)
    with clock.travel_to(NOW):
        sweep_accounts()
        months = statistics.breakage(StatisticsScope())
        of_others = statistics.breakage(StatisticsScope(fund.pk))

    assert [f"{month.first:%Y-%m}" for month in months][-3:] == ["2026-01", "2026-02", "2026-03"]
    assert [(month.points, month.milli_fen, month.to_other_party) for month in months[-3:]] == [
        (0, 0, 0),
        (50, 52_500, 0),
        (30, 31_500, 30),
    ]
    assert len(months) == 12
    assert sum(month.points for month in of_others) == 0


def test_captured_holds_count_as_accepted_and_what_was_taken_back_stands_apart(db):
    store, guest = make_earning_store(), make_member()
    with clock.travel_to(NOW):
        bought = buy(guest, store, fen=10_000)
        capture(make_hold(guest, store, points=30, no="H"), 20)
        undo(pay_points(guest, store, points=10), store)
        make_refund(bought, fen=2_000, no="R")
        (entry,) = statistics.ranking(StatisticsScope(), days=8)
        day = statistics.today(StatisticsScope())
        daily = statistics.by_day(StatisticsScope(), 8)

    assert (entry.issued, entry.clawed, entry.accepted, entry.given_back) == (100, 20, 30, 10)
    assert (day.issued, day.accepted) == (100, 30)
    assert daily[-1][1:] == (100, 30)
    assert Transfer.objects.filter(kind="capture").count() == 1

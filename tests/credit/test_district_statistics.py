"""What anybody may read of complaints in the whole district, day by day, and that it comes out again."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from credit import services as credit
from credit.models import DistrictStatistics
from credit.queries.statistics import published_day, recompute_district
from credit.statistics_texts import duration_text, statistics_lines
from district.kernel import clock
from tests.credit.test_case_outcomes import UPHELD
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member
from tests.race import race

DAY = date(2026, 11, 20)
AT = datetime(2026, 11, 20, 4, tzinfo=UTC)
NEXT_NIGHT = datetime(2026, 11, 20, 18, tzinfo=UTC)
ADDRESS = "/api/v1/credit/statistics"


def take(at=NEXT_NIGHT):
    with clock.travel_to(at):
        return credit.take_district_statistics()


def complain(store, cases, *, category="quality", at=AT, **changes):
    """So many upheld complaints about the store."""
    outcome = replace(UPHELD, category=category, final_on=clock.business_day(at), **changes)
    for number in range(cases):
        case = f"cas_{store.pk}_{category}_{number}"
        credit.record_case_outcome(case=case, version=1, store=store, outcome=outcome, at=at)


@pytest.fixture
def two_stores(db):
    """Five upheld complaints and a purchase at one, a repeated complaint at the other, of another venue."""
    first, second = make_earning_store(), make_earning_store()
    complain(first, 5)
    complain(second, 1, is_repeat=True)
    with clock.travel_to(AT):
        buy(make_member(), first, fen=20_00)
    return first, second


def test_the_district_its_venues_and_trades_have_their_figures(two_stores):
    first, second = two_stores
    assert take() == 1
    assert take() == 0
    day = published_day()

    assert day.as_of == DAY
    figures = day.district.statistics
    assert (figures["cases"], figures["purchases"], figures["repeats"]) == (6, 1, 1)
    assert figures["upheld"] == [["quality", 6]]
    by_venue = {row.venue_id: row.statistics for row in day.venues}
    assert by_venue[first.venue_id]["cases"] == 5
    # One case says nothing of how a venue handles them.
    assert by_venue[second.venue_id]["cases"] == 1
    assert by_venue[second.venue_id]["on_time_share"] is None
    assert by_venue[second.venue_id]["repeats"] is None
    assert sum(row.statistics["cases"] for row in day.trades) == 6


def test_days_without_a_worker_are_made_up_for_as_they_were_known(two_stores):
    take()
    complain(two_stores[0], 1, category="price", at=AT + timedelta(days=2))
    assert take(NEXT_NIGHT + timedelta(days=3)) == 3

    cases = [
        published_day(DAY + timedelta(days=number)).district.statistics["cases"]
        for number in range(4)
    ]
    assert cases == [6, 6, 7, 7]
    assert take(NEXT_NIGHT + timedelta(days=100)) == 31


def test_a_day_comes_out_again_also_after_a_refund_and_a_later_complaint(two_stores):
    with clock.travel_to(AT):
        receipt = buy(make_member(), two_stores[1], fen=20_00)
    take()
    assert recompute_district(DAY).changed == []
    with clock.travel_to(NEXT_NIGHT):
        make_refund(receipt, fen=20_00)
    complain(two_stores[1], 3, category="price", at=NEXT_NIGHT)
    anew = recompute_district(DAY)

    assert (anew.changed, anew.refunded) == ([], 1)


@pytest.mark.breaks_the_ledger
def test_a_changed_figure_is_found(two_stores):
    with clock.travel_to(NEXT_NIGHT):
        credit.take_statistics_of(as_of=DAY - timedelta(days=1))
    row = DistrictStatistics.objects.get(venue=None, trade=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        DistrictStatistics.objects.update(taken_at=AT)
    figures = row.statistics | {"cases": 1}
    DistrictStatistics.objects.create(as_of=DAY, statistics=figures, taken_at=AT)

    assert "district" in recompute_district(DAY).changed
    # And the venues whose rows are missing.
    assert len(recompute_district(DAY).changed) > 1


def test_figures_of_a_day_that_is_not_over_are_refused(db):
    with clock.travel_to(AT), pytest.raises(ValueError, match="not over"):
        credit.take_statistics_of(as_of=DAY)


def test_two_workers_take_each_figure_once(real_db):
    make_earning_store()
    race(take, take, take)

    rows = DistrictStatistics.objects.values_list("as_of", "venue", "trade")
    assert len(rows) == len(set(rows)) >= 1


def test_the_constraint_alone_keeps_a_day_single(db):
    DistrictStatistics.objects.create(as_of=DAY, statistics={}, taken_at=AT)
    with (
        pytest.raises(IntegrityError, match="district_statistics_once_a_day"),
        transaction.atomic(),
    ):
        DistrictStatistics.objects.create(as_of=DAY, statistics={}, taken_at=AT)


def test_anybody_reads_them_by_the_api(two_stores):
    assert Client().get(ADDRESS).status_code == 404
    take()
    answer = Client().get(ADDRESS)
    again = Client().get(ADDRESS, headers={"If-None-Match": answer.headers["ETag"]})
    of_day = Client().get(ADDRESS, {"date": "2026-11-20"})

    assert (answer.status_code, again.status_code) == (200, 304)
    assert answer.json() == of_day.json()
    assert answer.json()["district"]["upheld"] == [{"category": "quality", "cases": 6}]
    assert Client().get(ADDRESS, {"date": "2026-11-19"}).status_code == 404
    assert Client().get(ADDRESS, {"date": "yesterday"}).status_code == 400


def test_anybody_reads_them_on_a_page(two_stores):
    assert "尚未计算" in Client().get("/credit/").content.decode()
    take()
    text = Client().get("/credit/").content.decode()

    assert "<script" not in text
    assert len(text) < 30_000
    assert "6 件" in text
    assert "支持投诉人：商品质量" in text
    assert two_stores[0].venue.name in text
    assert Client().get("/credit/", {"date": "2026-11-19"}).status_code == 404
    assert Client().get("/credit/", {"date": "x"}).status_code == 404


def test_lines_leave_out_what_is_not_said_and_name_the_rest():
    little = {"cases": 2, "per_thousand_purchases": None, "repeats": None, "upheld": []}
    much = {
        "cases": 40,
        "per_thousand_purchases": 1.5,
        "first_answer_median_minutes": 185,
        "on_time_share": 0.975,
        "settled_share": 0.5,
        "satisfied_share": None,
        "repeats": 2,
        "upheld": [["price", 7]],
    }

    assert statistics_lines(little) == [("办结投诉", "2 件")]
    assert [value for _, value in statistics_lines(much)] == [
        *("40 件", "1.50 件", "3 小时 5 分钟", "97.5%", "50.0%", "2 件", "7 件"),
    ]
    assert [duration_text(minutes) for minutes in (95, 180)] == ["95 分钟", "3 小时"]

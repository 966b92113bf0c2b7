"""Ceilings on earning: what is above one waits for a person, and nothing of it can be spent before."""

from datetime import timedelta

import pytest
from django.db import connection

from district.kernel import clock, invariants
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import (
    CeilingAboveAlliance,
    CeilingsOverlap,
    InsufficientPoints,
)
from loyalty.models import EarningCounter
from loyalty.services import AlliancePolicyValues, Ceilings
from tests.factories.loyalty import (
    buy,
    make_earning_store,
    pay_points,
)
from tests.factories.members import bearer, make_member
from tests.loyalty.earning_reviews import policy, states
from tests.loyalty.till_requests import post

pytestmark = pytest.mark.usefixtures("calendar_of_next_year")


def test_the_receipt_of_the_largest_sum_cannot_be_spent(at_till, receipt, member, books):
    """One receipt of 10^12 fen: posted, answered as waiting, and worth nothing anywhere."""
    answer = post(at_till, "receipts", receipt | {"paid_fen": 10**12})

    assert answer.status_code == 201
    body = answer.json()
    assert body["review"]["state"] == "waiting"
    assert body["review"]["exceeds"] == ["receipt"]
    assert "复核" in body["review"]["text"]
    assert body["transfer"]["available_after"] == 0
    assert post(at_till, "receipts", receipt | {"paid_fen": 10**12}).json() == body
    with pytest.raises(InsufficientPoints):
        pay_points(member, books, points=1)
    assert queries.balance_of(member) == queries.Balance(0, 0, 10**10, 0)


def test_the_ceiling_itself_is_still_below_it(member, tea):
    receipt = buy(member, tea, fen=5_000_000)

    assert getattr(receipt, "review", None) is None
    assert queries.balance_of(member).available == 50_000


def test_a_shopper_reads_what_waits(waiting, member, client):
    points = client.get("/api/v1/me/points", **bearer(member)).json()

    assert (points["available"], points["pending"], points["in_review"]) == (0, 50_001, 50_001)
    assert points["activating"] == points["expiring"] == []


def test_a_day_of_a_member_a_key_and_a_merchant_has_its_ceiling(member, tea):
    policy(
        member_day_ceiling_points=100, key_day_ceiling_points=150, merchant_day_ceiling_points=180
    )
    other = make_member()

    buy(member, tea, fen=10_000)
    buy(member, tea, fen=100)
    buy(other, tea, fen=5_000)
    buy(other, tea, fen=100)

    assert states() == [("waiting", ["member_day"]), ("waiting", ["key_day"])]
    with clock.travel_to(clock.now() + timedelta(days=1)):
        buy(member, tea, fen=10_000)
    assert len(states()) == 2


def test_the_last_point_below_a_ceiling_is_granted_and_the_next_one_waits(tea):
    """Slots: receipts of any size fill a day up to the ceiling exactly."""
    policy(key_day_ceiling_points=None, merchant_day_ceiling_points=101)
    for number in range(25):
        buy(make_member(f"客{number}"), tea, fen=400)
    buy(make_member(), tea, fen=100)

    assert states() == []
    buy(make_member(), tea, fen=100)
    assert states() == [("waiting", ["merchant_day"])]
    assert sum(EarningCounter.objects.values_list("points", flat=True)) == 101


def test_a_ceiling_that_is_lowered_holds_at_once(member, tea):
    policy(key_day_ceiling_points=1_000)
    buy(member, tea, fen=30_000)
    with clock.travel_to(clock.now() + timedelta(milliseconds=1)):
        policy(key_day_ceiling_points=320)
    for _ in range(3):
        buy(make_member(), tea, fen=1_000)

    assert states() == [("waiting", ["key_day"])]


def test_a_merchant_may_set_tighter_ceilings_and_no_looser_ones(member, tea, operator):
    with pytest.raises(CeilingAboveAlliance):
        set_own(tea, operator, receipt_points=50_001)
    own = set_own(tea, operator, receipt_points=100)
    assert set_own(tea, operator, receipt_points=100) == own
    with clock.travel_to(clock.now() - timedelta(days=1)), pytest.raises(CeilingsOverlap):
        set_own(tea, operator, receipt_points=90)

    buy(member, tea, fen=10_100)
    buy(member, make_earning_store(), fen=10_100)

    assert states() == [("waiting", ["receipt"])]


def set_own(store, by, **points):
    return loyalty.set_ceilings(
        merchant=store.merchant, ceilings=Ceilings(**points), start=clock.now(), by=by
    )


def test_a_person_is_notified_by_event_and_by_readyz(waiting, client, settings):
    with connection.cursor() as cursor:
        cursor.execute(
            "select payload ->> 'points' from kernel_outboxrow where name = 'EarningWaits'"
        )
        assert cursor.fetchall() == [("50001",)]
    assert client.get("/readyz").json()["warnings"] == {}
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table loyalty_earningreview disable trigger user")
        cursor.execute("update loyalty_earningreview set at = at - interval '25 hours'")
        cursor.execute("alter table loyalty_earningreview enable trigger user")
    assert "waited" in client.get("/readyz").json()["warnings"]["receipts_waiting"]


def test_what_the_files_say_without_rules_is_what_python_says(tea):
    held, spoken = queries.ceilings_at(tea.merchant_id, clock.now()), AlliancePolicyValues()

    assert (
        held.receipt_points,
        held.member_day_points,
        held.key_day_points,
        held.merchant_day_points,
        held.review_by_two_from_points,
    ) == (
        spoken.receipt_ceiling_points,
        spoken.member_day_ceiling_points,
        spoken.key_day_ceiling_points,
        spoken.merchant_day_ceiling_points,
        spoken.review_by_two_from_points,
    )
    assert spoken.confirm_from == 20_000


def test_counters_of_a_week_ago_are_forgotten(member, tea):
    with clock.travel_to(clock.now() - timedelta(days=9)):
        buy(member, tea, fen=10_000)
    buy(member, tea, fen=10_000)

    assert loyalty.purge_earning_counters() == 2 * 16
    assert [day.points for day in queries.earning_velocity(tea.merchant_id)][:2] == [100, 0]


@pytest.mark.breaks_the_ledger
@pytest.mark.parametrize(
    ("query", "offence"),
    [
        (
            "what waits for a person is pending, and whole but for refunds",
            "update loyalty_lot set in_review = false, pending = false",
        ),
        (
            "nothing waits that no review names",
            "delete from loyalty_earningreview",
        ),
        (
            "no receipt above its ceiling is live without a person",
            "delete from loyalty_earningreview",
        ),
        (
            "no day of a member, key or merchant is above its ceiling without a person",
            "insert into loyalty_alliancepolicy (valid, hold_minutes, grace_days, confirm_minutes,"
            " fallback_points, fallback_per_fen, fallback_price_milli_fen, warn_days, adjust_limit,"
            " adjust_day_limit, member_day_ceiling_points) values (tstzrange(null, null), 120, 7, 5,"
            " 1, 200, 1000, 30, 10000, 50000, 99)",
        ),
        (
            "counters of earning hold what was granted without a person",
            "update loyalty_earningcounter set points = points + 1",
        ),
        (
            "an approved review is the line of a person",
            "update loyalty_earningreview set state = 'approved', decided_at = at,"
            " decided_by_id = (select min(id) from members_user)",
        ),
    ],
)
def test_the_audit_finds_what_is_live_without_a_person(
    waiting, member, tea, operator, query, offence
):
    buy(member, tea, fen=10_000)
    assert invariants.findings() == []
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        for table in ("loyalty_lot", "loyalty_earningreview"):
            cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(offence)

    assert query in {found.query for found in invariants.findings()}

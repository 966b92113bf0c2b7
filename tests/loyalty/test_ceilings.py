"""Ceilings on earning: what is above one waits for a person, and nothing of it can be spent before."""

from datetime import timedelta

import pytest
from django.db import connection

from district.kernel import clock
from loyalty import invariants, queries
from loyalty import services as loyalty
from loyalty.errors import (
    CeilingAboveAlliance,
    CeilingsOverlap,
    InsufficientPoints,
    ReviewBySamePerson,
    ReviewDecided,
    ReviewNeedsReason,
)
from loyalty.models import EarningCounter, EarningReview, Lot, PointsAccount, Transfer
from loyalty.services import AlliancePolicyValues, Ceilings
from tests.factories.loyalty import (
    buy,
    fresh_key,
    make_earning_store,
    make_refund,
    pay_points,
    undo,
)
from tests.factories.members import bearer, make_member, make_operator
from tests.loyalty.till_requests import post

ABOVE = 5_000_100  # fen: 50,001 points


@pytest.fixture
def operator(db):
    return make_operator()


@pytest.fixture
def waiting(member, tea):
    """A receipt one point above the ceiling."""
    return buy(member, tea, fen=ABOVE)


def approve(receipt, by, **options):
    options = {"key": fresh_key()} | options
    return loyalty.approve_earning(review=receipt.review, by=by, **options)


def refuse(receipt, by, note="收银密钥被盗用"):
    return loyalty.refuse_earning(review=receipt.review, by=by, key=fresh_key(), note=note)


def policy(**changes):
    return loyalty.set_alliance_policy(policy=AlliancePolicyValues(**changes), start=clock.now())


def states():
    return list(EarningReview.objects.order_by("pk").values_list("state", "exceeds"))


def test_the_receipt_of_the_largest_sum_cannot_be_spent(at_till, receipt, member, books):
    """One receipt of 10^12 fen: posted, answered as waiting, and worth nothing anywhere."""
    answer = post(at_till, "receipts", receipt | {"paid_fen": 10**12})

    assert answer.status_code == 201
    told = answer.json()
    assert told["review"]["state"] == "waiting"
    assert told["review"]["exceeds"] == ["receipt"]
    assert "复核" in told["review"]["text"]
    assert told["transfer"]["available_after"] == 0
    assert post(at_till, "receipts", receipt | {"paid_fen": 10**12}).json() == told
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


def test_approved_points_are_spendable_and_live_from_then_on(waiting, member, operator, books):
    """A wait that is longer than the life of the points takes nothing of it."""
    lot = Lot.objects.get()
    later = lot.expires_at + timedelta(days=3)
    with clock.travel_to(later):
        loyalty.sweep_accounts()
        assert queries.balance_of(member) == queries.Balance(0, 0, 50_001, 0)
        assert loyalty.warn_of_expiry() == 0
        review = approve(waiting, operator)
        assert review.state == "approved"
        assert queries.balance_of(member).available == 50_001
        pay_points(member, books, points=50_001)
    lot.refresh_from_db()
    assert lot.expires_at > later + timedelta(days=700)
    line = Transfer.objects.get(kind="activate")
    assert (line.points, line.actor) == (50_001, f"user:{operator.pk}")


def test_a_review_is_decided_once_and_a_repeated_key_answers(waiting, operator):
    key = fresh_key()
    approve(waiting, operator, key=key)

    assert approve(waiting, operator, key=key).state == "approved"
    for decide in (approve, refuse):
        with pytest.raises(ReviewDecided):
            decide(waiting, operator)
    assert Transfer.objects.filter(kind="activate").count() == 1


def test_refused_points_go_back_to_their_issuer_for_a_reason(waiting, member, operator):
    with pytest.raises(ReviewNeedsReason):
        refuse(waiting, operator, note=" ")
    review = refuse(waiting, operator)

    assert (review.state, review.returned_points) == ("refused", 50_001)
    assert queries.balance_of(member) == queries.Balance(0, 0, 0, 0)
    line = Transfer.objects.get(kind="clawback")
    assert (line.reference, line.reason) == (review.public_id, "收银密钥被盗用")
    assert queries.clearing() == []
    # Money given back later takes no points a second time.
    refund = make_refund(waiting, fen=100)
    assert (refund.own, refund.other, refund.owed) == (0, 0, 0)
    assert make_refund(waiting).owed == 0


def test_a_refund_of_a_part_is_approved_as_what_is_left(waiting, member, operator):
    make_refund(waiting, fen=1_000_000)
    assert queries.balance_of(member).pending == 40_001

    approve(waiting, operator)
    assert queries.balance_of(member).available == 40_001
    make_refund(waiting)
    assert queries.balance_of(member) == queries.Balance(0, 0, 0, 0)


@pytest.mark.parametrize("how", ["refund", "reversal"])
def test_a_receipt_that_comes_back_whole_waits_no_more(waiting, tea, operator, how):
    if how == "refund":
        make_refund(waiting)
    else:
        undo(waiting.transfer, tea)

    assert states() == [("withdrawn", ["receipt"])]
    for decide in (approve, refuse):
        with pytest.raises(ReviewDecided):
            decide(waiting, operator)
    assert PointsAccount.objects.get().pending == 0


@pytest.mark.parametrize("decide", [approve, refuse])
def test_a_merger_in_between_takes_the_waiting_points_along(waiting, member, operator, decide):
    into = make_member("小林的新号")
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())
    assert queries.balance_of(into) == queries.Balance(0, 0, 50_001, 0)
    third = make_member("小林的手机号")
    loyalty.merge_members(source=into, into=third, reason="同一人", by=operator, key=fresh_key())

    decide(waiting, operator)

    available = 50_001 if decide is approve else 0
    assert queries.balance_of(third) == queries.Balance(available, 0, 0, 0)


def test_two_accounts_of_one_person_have_one_day(member, tea, operator):
    policy(member_day_ceiling_points=100)
    into = make_member()
    buy(member, tea, fen=6_000)
    buy(into, tea, fen=4_000)
    loyalty.merge_members(source=member, into=into, reason="同一人", by=operator, key=fresh_key())

    buy(into, tea, fen=100)

    assert states() == [("waiting", ["member_day"])]


def test_approved_points_repay_a_debt_first(member, tea, books, operator):
    first = buy(member, tea, fen=10_000)
    pay_points(member, books, points=100)
    make_refund(first)
    receipt = buy(member, tea, fen=ABOVE)
    assert queries.balance_of(member) == queries.Balance(0, 0, 50_001, 100)

    approve(receipt, operator)

    assert queries.balance_of(member) == queries.Balance(49_901, 0, 0, 0)


def test_points_that_wait_for_a_day_wait_for_it_after_the_approval_too(member, operator):
    store = make_earning_store(loyalty.EarningTerms(pending_days=3))
    receipt = buy(member, store, fen=ABOVE)
    approve(receipt, operator)
    assert queries.balance_of(member).pending == 50_001

    with clock.travel_to(clock.now() + timedelta(days=3)):
        assert queries.balance_of(member).available == 50_001
        loyalty.sweep_accounts()
        assert Transfer.objects.filter(kind="activate").count() == 1


def test_large_sums_need_two_people(member, tea, operator):
    other = make_operator("another")
    receipt = buy(member, tea, fen=50_000_000)

    assert approve(receipt, operator).state == "waiting"
    with pytest.raises(ReviewBySamePerson):
        approve(receipt, operator)
    assert queries.balance_of(member).available == 0
    assert approve(receipt, other).state == "approved"
    assert queries.balance_of(member).available == 500_000


def test_a_person_is_told_by_event_and_by_readyz(waiting, client, settings):
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
    held, spoken = (
        queries.ceilings_at(tea.merchant_id, clock.now()),
        queries.EffectiveAlliancePolicy(),
    )

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
    assert AlliancePolicyValues().confirm_from == spoken.confirm_from == 20_000


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

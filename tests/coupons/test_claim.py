"""Getting a coupon: limits, stock, conditions, and what a repetition gets."""

from datetime import UTC, datetime, timedelta

import pytest

from coupons import services as coupons
from coupons.errors import (
    BudgetUsedUp,
    ClaimLimitReached,
    ClaimNotBegun,
    ClaimOver,
    CouponNotRevocable,
    CouponSoldOut,
    CouponSoldOutToday,
    DailyClaimLimitReached,
    NotClaimable,
    NotInAudience,
)
from coupons.models import BudgetSlot, Coupon, StockSlot
from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.kernel.models import AuditLine, OutboxRow
from loyalty.errors import InsufficientPoints
from loyalty.models import PointsAccount
from tests.factories.coupons import FAR_OFF, claim, fresh_key, make_version
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_merchant, till_of, visit_of

pytestmark = pytest.mark.django_db
PARTIAL = {"kind": "cash_off", "face_fen": 800, "partial": True, "threshold_fen": 0}
NOON = datetime(2026, 11, 26, 4, tzinfo=UTC)


@pytest.fixture
def member():
    return make_member()


def test_a_claim_makes_a_coupon_and_tells_of_it(member):
    with clock.travel_to(NOON):
        coupon = claim(make_version(days_from=1, days=7), member)

    assert coupon.valid_from == datetime(2026, 11, 26, 16, tzinfo=UTC)  # tomorrow in Shanghai
    assert coupon.valid_until - coupon.valid_from == timedelta(days=7)
    payload = OutboxRow.objects.get(name="CouponIssued").payload
    assert (payload["coupon"], payload["source"]) == (coupon.pk, "claim")


def test_a_repeated_key_gives_the_same_coupon_also_when_all_are_gone(member):
    version, key = make_version(stock=1), fresh_key()
    first = claim(version, member, key=key)

    assert claim(version, member, key=key) == first
    with pytest.raises(CouponSoldOut):
        claim(version, make_member("小王"))
    with pytest.raises(KeyReused):
        claim(version, member, key=Key.of(key.scope, key.key, other=1))
    assert Coupon.objects.count() == 1


@pytest.mark.parametrize("more", [{}, {"days_from": 1, "days": 30, "uses": 3}, PARTIAL])
def test_a_repetition_is_answered_as_the_first_call_was(member, more):
    """Nothing is read back for the first answer; a repetition reads it."""
    store = make_earning_store()
    buy(member, store, fen=10_000)
    version = make_version(points_price=1, at_counter=True, per_member=4, **more)
    visit = visit_of(member, till_of(store), store).visit
    given = {"version": version, "member": member}
    ways = (
        lambda key: coupons.claim_coupon(**given, key=key),
        lambda key: coupons.exchange_coupon(**given, key=key),
        lambda key: coupons.issue_coupon(**given, source="issue", key=key),
        lambda key: coupons.hand_out_coupon(version=version, visit=visit, actor="till:1", key=key),
    )

    for way, key in zip(ways, [fresh_key() for _ in ways], strict=True):
        assert way(key) == way(key)

    assert Coupon.objects.count() == len(ways)
    assert AuditLine.objects.filter(verb="hand_out_coupon").count() == 1


def test_the_limit_of_a_person_counts_over_versions_of_a_template(member):
    version = make_version(per_member=2)
    claim(version, member)
    newer = make_version(template=version.template, per_member=2)
    claim(newer, member)

    with pytest.raises(ClaimLimitReached) as refused:
        claim(newer, member)
    assert refused.value.facts == {"limit": 2}
    with pytest.raises(ClaimOver):
        claim(version, member)  # stopped by the newer one


def test_the_limit_of_a_day_ends_at_midnight_in_shanghai(member):
    version = make_version(per_member=5, per_member_day=1)
    with clock.travel_to(NOON):
        claim(version, member)
        with pytest.raises(DailyClaimLimitReached):
            claim(version, member)
    with clock.travel_to(datetime(2026, 11, 26, 16, tzinfo=UTC)):
        claim(version, member)

    assert Coupon.objects.count() == 2


def test_the_stock_of_a_day_comes_back_the_next_day():
    version = make_version(stock_per_day=2, slots=4)
    with clock.travel_to(NOON):
        claim(version, make_member("一"))
        claim(version, make_member("二"))
        with pytest.raises(CouponSoldOutToday):
            claim(version, make_member("三"))
    with clock.travel_to(NOON + timedelta(days=1)):
        claim(version, make_member("四"))

    slots = StockSlot.objects.filter(version=version)
    assert sum(slot.remaining for slot in slots) == 1


def test_a_budget_is_reserved_at_the_most_a_coupon_may_cost(member):
    version = make_version(budget_fen=1_100, slots=2, per_member=9)
    claim(version, member)
    claim(version, make_member("小王"))  # the slots hold 550 each

    with pytest.raises(BudgetUsedUp):
        claim(version, make_member("小李"))
    slots = BudgetSlot.objects.filter(version=version)
    assert sum(slot.remaining_fen for slot in slots) == 100


def test_what_the_slots_hold_apart_is_brought_together():
    version = make_version(budget_fen=1_500, slots=4)

    for name in "一二三":
        claim(version, make_member(name))

    assert sum(slot.remaining_fen for slot in BudgetSlot.objects.filter(version=version)) == 0


def test_outside_of_its_time_nothing_is_given(member):
    with pytest.raises(ClaimNotBegun):
        claim(make_version(claim_from=FAR_OFF - timedelta(days=1)), member)
    with pytest.raises(ClaimOver):
        claim(make_version(claim_until=datetime(2006, 1, 1, tzinfo=UTC)), member)


def test_a_stopped_campaign_is_over_and_not_sold_out(member):
    version = make_version(stock=5)
    coupons.stop_version(version=version, by=make_operator())

    with pytest.raises(ClaimOver):
        claim(version, member)


def test_the_conditions_of_an_audience(member):
    counter, restaurant = make_earning_store(), make_merchant()
    new = make_version(audience={"new_within_days": 30})
    bought = make_version(audience={"bought_at": [counter.merchant.public_id]})
    plate = make_version(audience={"granted": "clean_plate", "granted_by": [restaurant.public_id]})
    claim(new, member)
    for version, reason in ((bought, "bought_at"), (plate, "granted")):
        with pytest.raises(NotInAudience) as refused:
            claim(version, member)
        assert refused.value.facts["reason"] == reason

    buy(member, counter, fen=100)
    coupons.tag_member(
        member=member, tag="clean_plate", merchant=restaurant, actor="till:1", key=fresh_key()
    )

    claim(bought, member)
    claim(plate, member)
    with clock.travel_to(clock.now() + timedelta(days=31)), pytest.raises(NotInAudience):
        claim(make_version(audience={"new_within_days": 30}), member)


def test_points_and_coupon_change_hands_together_or_not_at_all(member):
    version = make_version(points_price=60, claimable=False, per_member=3)
    buy(member, make_earning_store(), fen=10_000)
    with pytest.raises(NotClaimable):
        claim(version, member)

    coupons.exchange_coupon(version=version, member=member, key=fresh_key())
    with pytest.raises(InsufficientPoints):
        coupons.exchange_coupon(version=version, member=member, key=fresh_key())

    assert PointsAccount.objects.get(member=member).available == 40
    assert Coupon.objects.count() == 1


def test_a_clerk_hands_out_what_the_template_lets_it(member):
    store = make_earning_store()
    own = make_version(merchant=store.merchant, at_counter=True, claimable=False)
    foreign = make_version(merchant=make_merchant(), at_counter=True)
    opened = visit_of(member, till_of(store), store)
    visit = opened.visit

    made = coupons.hand_out_coupon(version=own, visit=visit, actor="till:1", key=fresh_key())

    assert Coupon.objects.get(pk=made.pk).source == Coupon.Source.COUNTER
    with pytest.raises(NotClaimable):
        coupons.hand_out_coupon(version=foreign, visit=visit, actor="till:1", key=fresh_key())


def test_an_unused_coupon_is_revoked_and_its_unit_returns(member):
    version = make_version(stock=1, budget_fen=500)
    coupon = claim(version, member)

    revoked = coupons.revoke_coupon(coupon=coupon, reason="发错了", by=make_operator())

    assert revoked.state == Coupon.State.VOID
    assert sum(slot.remaining for slot in StockSlot.objects.all()) == 1
    assert sum(slot.remaining_fen for slot in BudgetSlot.objects.all()) == 500
    claim(version, make_member("小王"))


def test_what_has_ended_is_not_taken_back_before_the_sweep_either(member):
    with clock.travel_to(NOON):
        coupon = claim(make_version(days_from=0, days=1, stock=1), member)
    with clock.travel_to(NOON + timedelta(days=1)), pytest.raises(CouponNotRevocable):
        coupons.revoke_coupon(coupon=coupon, reason="发错了", by=make_operator())

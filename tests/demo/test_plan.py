from collections import Counter, defaultdict
from datetime import date, timedelta
from statistics import mean

import pytest

from district.demo.plan import Size, build_plan
from district.demo.plan.codes import social_credit_code
from district.demo.plan.expected_points import ExpectedPoints
from district.demo.plan.postings import PlannedPurchase, PlannedReversal, PlannedSpending
from district.demo.plan.random_streams import apportion
from district.demo.plan.terms import SHORT_VALIDITY_MONTHS
from district.kernel.clock import start_of_day
from loyalty.arithmetic import expiry_of
from tests.demo.conftest import LAST_DAY


@pytest.fixture(scope="module")
def plan():
    return build_plan(Size(), LAST_DAY)


def postings_of(plan, kind):
    return [posting for posting in plan.postings if isinstance(posting, kind)]


def test_the_same_numbers_give_the_same_district_on_every_machine(plan):
    assert plan.digest() == "c5e68ebda532c7ab"
    assert build_plan(Size(), LAST_DAY).digest() == plan.digest()


def test_it_has_the_promised_size(plan):
    stores = [store for merchant in plan.merchants for store in merchant.stores]

    assert (len(plan.merchants), len(stores), len(plan.members)) == (120, 300, 2000)
    assert len(postings_of(plan, PlannedPurchase)) == 20_062
    assert len({store.venue.code for store in stores}) == 5
    assert len({merchant.trade.code for merchant in plan.merchants}) == 30


def test_no_name_number_or_unit_comes_twice(plan):
    stores = [store for merchant in plan.merchants for store in merchant.stores]
    receipts = [
        (posting.store.number, posting.receipt_no) for posting in postings_of(plan, PlannedPurchase)
    ]
    requests = [
        (posting.store.merchant, posting.request_no)
        for posting in postings_of(plan, PlannedSpending)
    ]

    for things in (
        [merchant.name for merchant in plan.merchants],
        [merchant.uscc for merchant in plan.merchants],
        [store.name for store in stores],
        [store.phone for store in stores],
        [(store.venue.code, store.floor, store.unit_no) for store in stores],
        [posting.key for posting in plan.postings],
        receipts,
        requests,
    ):
        assert len(set(things)) == len(things)


def test_about_every_fourth_member_spends_points_and_some_acts_are_undone(plan):
    spenders = {posting.member for posting in postings_of(plan, PlannedSpending)}

    assert len(spenders) == 526
    assert len(postings_of(plan, PlannedSpending)) == 1_959
    assert len(postings_of(plan, PlannedReversal)) == 251
    assert plan.points["expired"] == 69_951


def is_open(week, at):
    days = [at.date(), at.date() - timedelta(days=1)]
    return any(
        week.is_open(day.weekday(), int((at - start_of_day(day)).total_seconds()) // 60)
        for day in days
    )


def test_every_purchase_is_paid_while_the_store_is_open_and_its_till_takes_members(plan):
    for posting in postings_of(plan, PlannedPurchase):
        # A corrected receipt follows its mistake within ten minutes; a night may belong to the day before.
        assert any(
            is_open(posting.store.week, posting.paid_at - timedelta(minutes=late))
            for late in range(11)
        )
        assert posting.store.since <= (posting.at.date() - plan.demand_calendar.first_day).days
        assert (posting.at.date() - plan.demand_calendar.first_day).days <= posting.store.until
        assert posting.at < start_of_day(LAST_DAY + timedelta(days=1))


def test_between_earning_points_and_losing_them_a_member_does_nothing(plan):
    """So the sweep of the running district, which goes by today, may come while the past is posted."""
    instants = defaultdict(list)
    for posting in plan.postings:
        instants[posting.member].append(posting.at)
    dying = 0
    for posting in postings_of(plan, PlannedPurchase):
        terms = plan.merchants[posting.store.merchant].terms_on(
            (posting.paid_at.date() - plan.demand_calendar.first_day).days
        )
        dies = expiry_of(posting.at, months=terms.validity_months)
        if dies <= start_of_day(LAST_DAY + timedelta(days=31)):
            dying += 1
            assert [at for at in instants[posting.member] if posting.at < at < dies] == []
    assert dying == 255


def test_members_act_in_order_and_after_joining(plan):
    joined = {
        member.number: start_of_day(plan.demand_calendar.day(member.joined))
        + timedelta(minutes=member.minute)
        for member in plan.members
    }
    instants = defaultdict(list)
    for posting in plan.postings:
        instants[posting.member].append(posting.at)

    for member, times in instants.items():
        assert times == sorted(times)
        assert times[0] > joined[member]


def test_holidays_and_weekends_are_busy(plan):
    per_day = Counter(posting.at.date() for posting in postings_of(plan, PlannedPurchase))
    golden_week = mean(per_day[date(2025, 10, day)] for day in range(1, 8))
    ordinary = mean(per_day[date(2025, 10, day)] for day in (14, 15, 16, 21, 22, 23))
    lunar_new_year = mean(per_day[date(2025, 1, 30) + timedelta(days=day)] for day in range(4))
    before = mean(per_day[date(2025, 1, 6) + timedelta(days=day)] for day in range(4))
    weekday = Counter(posting.at.weekday() for posting in postings_of(plan, PlannedPurchase))

    assert golden_week > 1.5 * ordinary
    assert lunar_new_year > 1.3 * before
    assert min(weekday[5], weekday[6]) > 1.2 * weekday[1]


def test_another_last_day_moves_the_same_people_and_town():
    plan, other = (build_plan(Size.at(0.02), LAST_DAY + timedelta(days=days)) for days in (0, 100))

    assert [m.name for m in plan.merchants] == [m.name for m in other.merchants]
    assert [s.unit_no for m in plan.merchants for s in m.stores] == [
        s.unit_no for m in other.merchants for s in m.stores
    ]
    assert {m.nickname for m in plan.members} == {m.nickname for m in other.members}
    assert max(posting.at for posting in other.postings).date() <= LAST_DAY + timedelta(days=100)


def test_merchants_have_their_fates(plan):
    fates = Counter(
        fate
        for merchant in plan.merchants
        for fate, met in {
            "late": merchant.since > 0,
            "left": merchant.until is not None,
            "suspended": merchant.suspended is not None,
            "closed a store": any(store.closed is not None for store in merchant.stores),
            "short": merchant.terms[0].validity_months in SHORT_VALIDITY_MONTHS,
            "changed": len(merchant.terms) == 2,
        }.items()
        if met
    )

    assert fates == {
        "late": 8,
        "left": 3,
        "suspended": 2,
        "closed a store": 5,
        "short": 12,
        "changed": 12,
    }


def test_streets_work_past_midnight_and_some_stores_never_close(plan):
    stores = [store for merchant in plan.merchants for store in merchant.stores]
    night = [
        store
        for store in stores
        if store.venue.code == "dengying"
        and any(closes > 24 * 60 for spans in store.week.days for _, closes in spans)
    ]

    assert len(night) == 20
    assert sum(store.week.round_the_clock for store in stores) == 7
    assert sum(store.week.spans(0) == () for store in stores) == 11


def test_registration_codes_carry_their_check_digit():
    digits = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = social_credit_code(7)

    weighted = sum(digits.index(sign) * 3**place for place, sign in enumerate(code[:17]))
    assert len(code) == 18
    assert (weighted + digits.index(code[17])) % 31 == 0


def test_shares_add_up_and_nobody_goes_without():
    assert apportion(10, [1, 1, 1]) == [4, 3, 3]
    assert apportion(7, [5, 0.1, 0.1], least=1) == [5, 1, 1]


def test_an_account_on_paper_spends_what_ends_first_and_loses_what_is_past_its_day():
    expected_points, day = ExpectedPoints(), start_of_day(LAST_DAY)
    expected_points.earn(100, day + timedelta(days=30), 1)
    early = expected_points.earn(40, day + timedelta(days=10), 2)

    taken = expected_points.spend(60, day)

    assert [(lot.issuer, part) for lot, part in taken] == [(2, 40), (1, 20)]
    assert not expected_points.undo_earning(early, day)
    expected_points.undo_spending(taken)
    assert expected_points.balance(day + timedelta(days=10)) == 100
    assert (expected_points.earned, expected_points.spent, expected_points.expired) == (140, 0, 40)

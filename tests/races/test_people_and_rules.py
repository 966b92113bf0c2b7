"""What people and sweeps do at the same moment as everybody else: over HTTP, and over real connections."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Sum

from district.kernel import clock, invariants
from district.kernel.errors import DomainError
from district.kernel.models import OutboxRow
from district.members import services as members
from district.members.models import Member
from district.merchants import services as merchants
from district.merchants.models import Store
from district.wechat.gateway import WechatSession
from loyalty import queries
from loyalty import services as loyalty
from loyalty.models import (
    Adjustment,
    ExpiryWarning,
    IssueBudget,
    IssueBudgetSlot,
    Lot,
    PointsAccount,
    PrefundEntry,
    Transfer,
)
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points
from tests.factories.members import make_member, make_staff
from tests.race import call_concurrently, race


def codes(outcomes):
    """How often each thing happened: a refusal by its code, anything else by its class."""
    return Counter(
        outcome.code if isinstance(outcome, DomainError) else type(outcome).__name__
        for outcome in outcomes
    )


def open_for(merchant, *, fen, slots=4):
    return loyalty.open_budget(
        merchant=merchant, fen=fen, reference="T-0", by=None, key=fresh_key(), slots=slots
    )


def move(verb, budget, fen, reference):
    return verb(budget=budget, fen=fen, reference=reference, by=None, key=fresh_key())


@pytest.fixture
def people(web):
    return [make_member(f"客{number}") for number in range(16)]


@pytest.mark.parametrize("slots", [1, 4, 16])
def test_a_nearly_empty_budget_falls_back_at_the_very_point_and_no_till_sees_an_error(
    till, people, slots
):
    merchant = Store.objects.get(public_id=till.store).merchant
    budget = open_for(merchant, fen=570, slots=slots)
    calls = [
        lambda client, member=member: client.post_receipt(member.public_id, fen=10_000)
        for member in people
        for _ in range(8)
    ]

    answers = call_concurrently(till, calls)

    # 100 points at the merchant's own rate as long as it holds 100 fen, then 50 from the alliance.
    assert Counter((answer.status, answer.body["points"]) for answer in answers) == {
        (201, 100): 5,
        (201, 50): 123,
    }
    slots_now = IssueBudgetSlot.objects.filter(budget=budget)
    assert slots_now.aggregate(left=Sum("remaining_milli_fen"))["left"] == 70_000
    assert Lot.objects.filter(budgeted=True, issuer=merchant).count() == 5
    assert Lot.objects.filter(issuer=merchants.alliance_party()).count() == 123
    assert list(invariants.offences()) == []


def test_receipts_deposits_and_withdrawals_side_by_side_lose_no_money_and_never_lock_up(real_db):
    store, party = make_earning_store(), merchants.alliance_party()
    people = [make_member(f"客{number}") for number in range(8)]
    budget = open_for(store.merchant, fen=300, slots=3)

    def shop(member):
        for _ in range(12):
            buy(member, store, fen=1_700)

    def fill(number):
        for turn in range(6):
            move(loyalty.deposit_prefund, budget, 40, f"T-{number}-{turn}")

    def empty(number):
        refused = 0
        for turn in range(6):
            try:
                move(loyalty.withdraw_prefund, budget, 30, f"W-{number}-{turn}")
            except DomainError:
                refused += 1
        return refused

    outcomes = race(
        *[lambda member=member: shop(member) for member in people],
        *[lambda number=number: fill(number) for number in range(3)],
        *[lambda number=number: empty(number) for number in range(3)],
        loyalty.warn_of_low_prefunds,
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    entered = PrefundEntry.objects.aggregate(money=Sum("milli_fen"))["money"]
    spent = sum(lot.granted * lot.price_milli_fen for lot in Lot.objects.filter(budgeted=True))
    assert queries.budget_left_by_merchant([budget.pk])[budget.pk] == entered - spent >= 0
    assert Lot.objects.exclude(issuer=party).filter(budgeted=False).count() == 0
    assert list(invariants.offences()) == []


def test_of_sixteen_withdrawals_of_everything_one_succeeds(real_db):
    budget = open_for(make_earning_store().merchant, fen=1_000)

    outcomes = race(
        *[
            lambda number=number: move(loyalty.withdraw_prefund, budget, 1_000, f"W-{number}")
            for number in range(16)
        ]
    )

    assert codes(outcomes) == {"PrefundEntry": 1, "prefund_too_low": 15}
    assert queries.budget_left_by_merchant([budget.pk])[budget.pk] == 0


def test_one_payment_told_by_sixteen_people_is_entered_once(real_db):
    budget = open_for(make_earning_store().merchant, fen=1)

    outcomes = race(*[lambda: move(loyalty.deposit_prefund, budget, 500, "T-9")] * 16)

    assert codes(outcomes) == {"PrefundEntry": 1, "prefund_already_entered": 15}
    assert queries.budget_left_by_merchant([budget.pk])[budget.pk] == 501_000


def test_a_budget_opened_by_many_is_opened_once(real_db):
    merchant = make_earning_store().merchant

    outcomes = race(*[lambda: open_for(merchant, fen=10)] * 8)

    assert codes(outcomes) == {"IssueBudget": 1, "budget_already_open": 7}
    assert IssueBudgetSlot.objects.count() == IssueBudget.objects.get().slots
    assert list(invariants.offences()) == []


def test_many_sweeps_tell_of_an_empty_budget_once(real_db):
    store = make_earning_store()
    open_for(store.merchant, fen=10)
    buy(make_member(), store, fen=1_000)

    outcomes = race(*[loyalty.warn_of_low_prefunds] * 8)

    assert sum(outcomes) == 1
    assert OutboxRow.objects.filter(name="PrefundLow").count() == 1


def propose(member, store, points, by):
    return loyalty.propose_adjustment(
        member=member, merchant=store.merchant, points=points, reason="补", by=by, key=fresh_key()
    )


def test_proposals_at_once_do_not_share_what_is_left(real_db):
    member, store, chen = make_member(), make_earning_store(), make_staff("chen")
    loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(adjust_limit=100, adjust_day_limit=250), start=clock.now()
    )

    outcomes = race(*[lambda: propose(member, store, 100, chen)] * 16)

    assert codes(outcomes) == {"Adjustment": 2, "adjustments_of_the_day_used_up": 14}


def test_of_many_decisions_one_counts(real_db):
    member, store = make_member(), make_earning_store()
    adjustment = propose(member, store, 100, make_staff("chen"))
    deciders = [make_staff(f"wu{number}") for number in range(16)]

    outcomes = race(
        *[
            lambda by=by, number=number: loyalty.decide_adjustment(
                adjustment=adjustment, approve=number % 2 == 0, by=by, key=fresh_key()
            )
            for number, by in enumerate(deciders)
        ]
    )

    assert codes(outcomes) == {"Adjustment": 1, "proposal_decided": 15}
    approved = Adjustment.objects.get().state == "approved"
    assert Transfer.objects.count() == int(approved)
    assert list(invariants.offences()) == []


def test_after_a_freeze_nothing_more_is_spent(real_db):
    member, store, chen = make_member(), make_earning_store(), make_staff("chen")
    buy(member, store, fen=100_000)

    def spend():
        return [attempt(lambda: pay_points(member, store, points=1)) for _ in range(10)]

    def freeze():
        account = loyalty.freeze_account(member=member, reason="可疑", by=chen)
        return queries.balance_of(member).available, account

    *spent, (at_freezing, _) = race(*[spend] * 7, freeze)

    outcomes = codes(outcome for lane in spent for outcome in lane)
    assert set(outcomes) <= {"Transfer", "account_frozen"}
    assert queries.balance_of(member).available == 1_000 - outcomes["Transfer"] == at_freezing
    assert list(invariants.offences()) == []


def attempt(call):
    try:
        return call()
    except DomainError as refusal:
        return refusal


def test_two_members_merged_both_ways_at_once_become_one(real_db):
    store, chen = make_earning_store(), make_staff("chen")
    first, second = make_member("甲"), make_member("乙")
    buy(first, store, fen=3_000)
    buy(second, store, fen=4_000)

    def merge(source, into):
        return loyalty.merge_members(
            source=source, into=into, reason="同一人", by=chen, key=fresh_key()
        )

    outcomes = race(
        *[lambda: merge(first, second)] * 4,
        *[lambda: merge(second, first)] * 4,
    )

    assert codes(outcomes) == {"Member": 1, "account_merged": 7}
    [left] = Member.objects.filter(closed_at=None)
    assert queries.balance_of(left).available == 70
    assert list(invariants.offences()) == []


def test_a_merge_beside_tills_phones_and_sign_ins_loses_nothing(real_db):
    store, chen = make_earning_store(), make_staff("chen")
    person = WechatSession(openid="o-old")
    old, new = members.sign_up_member(person=person), make_member("新号")
    buy(old, store, fen=10_000)

    def shop(member):
        return [attempt(lambda: buy(member, store, fen=700)) for _ in range(10)]

    def spend():
        return [attempt(lambda: pay_points(old, store, points=3)) for _ in range(10)]

    def sign_in():
        return [attempt(lambda: members.sign_up_member(person=person)) for _ in range(10)]

    outcomes = race(
        *[lambda: shop(old)] * 3,
        *[lambda: shop(new)] * 2,
        spend,
        sign_in,
        lambda: [
            loyalty.merge_members(source=old, into=new, reason="同一人", by=chen, key=fresh_key())
        ],
    )

    happened = codes(outcome for lane in outcomes for outcome in lane)
    assert set(happened) <= {"Receipt", "Transfer", "Member", "account_merged", "account_closed"}
    assert members.sign_up_member(person=person) == new
    assert queries.balance_of(new).available == (
        100 + 7 * happened["Receipt"] - 3 * happened["Transfer"]
    )
    assert PointsAccount.objects.get(pk=old.pk).available == 0
    assert list(invariants.offences()) == []


def test_many_warning_sweeps_tell_of_a_day_once(real_db):
    store = make_earning_store()
    people = [make_member(f"客{number}") for number in range(5)]
    with clock.travel_to(clock.now() - timedelta(days=710)):
        for member in people:
            buy(member, store, fen=1_000)

    warned_counts = race(*[loyalty.warn_of_expiry] * 8)

    assert sum(warned_counts) == 5
    assert ExpiryWarning.objects.count() == 5
    assert OutboxRow.objects.filter(name="PointsExpiring").count() == 5

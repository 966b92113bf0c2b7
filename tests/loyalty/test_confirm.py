"""Spendings of many points: the member says yes or no on the phone."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import NotFound
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import HoldNotOpen, HoldWaitsForMember
from loyalty.models import Hold, Transfer
from loyalty.queries import Balance
from loyalty.results import TransferResult
from loyalty.services import AlliancePolicyValues
from tests.factories.loyalty import buy, capture, fresh_key, make_hold, void
from tests.factories.members import make_member
from tests.factories.merchants import till_of, visit_of


@pytest.fixture(autouse=True)
def policy(db):
    loyalty.set_alliance_policy(
        policy=AlliancePolicyValues(confirm_from=50, confirm_minutes=3), start=clock.now()
    )


@pytest.fixture
def spend(member, tea):
    buy(member, tea, fen=10_000)
    visit = visit_of(member, till_of(tea), tea).visit

    def act(points, *, no="P-1", key=None):
        return loyalty.spend_points(
            visit=visit, points=points, request_no=no, actor="till:1", key=key or fresh_key()
        )

    return act


def test_below_the_limit_nobody_is_asked(spend):
    assert isinstance(spend(49), TransferResult)


def test_from_the_limit_on_the_member_is_asked(spend, member):
    confirmation = spend(50)

    assert isinstance(confirmation, Hold)
    assert (confirmation.purpose, confirmation.state, confirmation.points) == (
        "confirm",
        "open",
        50,
    )
    assert confirmation.expires_at - confirmation.at == timedelta(minutes=3)
    assert queries.balance_of(member) == Balance(available=50, held=50, pending=0, debt=0)
    assert list(queries.spendings_to_confirm(member.pk)) == [confirmation]
    assert queries.clearing() == []


def test_yes_spends_all_of_it(spend, member, tea):
    confirmation = spend(80)

    ended = loyalty.confirm_spending(hold=confirmation, member=member, key=fresh_key())

    assert (ended.state, ended.captured) == ("captured", 80)
    assert ended.spent.actor == f"member:{member.pk}"
    assert (ended.spent.merchant_id, ended.spent.reference) == (tea.merchant_id, "P-1")
    assert queries.balance_of(member).available == 20


def test_no_gives_all_of_it_back(spend, member):
    ended = loyalty.decline_spending(hold=spend(80), member=member, key=fresh_key())

    assert (ended.state, ended.captured) == ("voided", 0)
    assert queries.balance_of(member) == Balance(available=100, held=0, pending=0, debt=0)


def test_no_answer_gives_it_back_by_itself(spend, member):
    confirmation = spend(80)
    with clock.travel_to(confirmation.expires_at):
        assert queries.balance_of(member) == Balance(available=100, held=0, pending=0, debt=0)
        for answer in (loyalty.confirm_spending, loyalty.decline_spending):
            with pytest.raises(HoldNotOpen) as refusal:
                answer(hold=confirmation, member=member, key=fresh_key())
            assert refusal.value.facts == {"state": "timed_out"}


@pytest.mark.parametrize("first", [loyalty.confirm_spending, loyalty.decline_spending])
@pytest.mark.parametrize("second", [loyalty.confirm_spending, loyalty.decline_spending])
def test_the_first_answer_counts(spend, member, first, second):
    confirmation = spend(80)
    state = first(hold=confirmation, member=member, key=fresh_key()).state

    with pytest.raises(HoldNotOpen) as refusal:
        second(hold=confirmation, member=member, key=fresh_key())

    assert refusal.value.facts == {"state": state}


def test_only_the_member_answers_and_only_what_was_asked(spend, member, tea):
    confirmation, at_till = spend(80), make_hold(member, tea, points=10)
    stranger = make_member("小王")

    for hold, answerer in ((confirmation, stranger), (at_till, member)):
        for answer in (loyalty.confirm_spending, loyalty.decline_spending):
            with pytest.raises(NotFound):
                answer(hold=hold, member=answerer, key=fresh_key())
    with pytest.raises(HoldWaitsForMember):
        capture(confirmation)
    assert queries.balance_of(member).held == 90


def test_the_till_may_withdraw_its_question(spend, member):
    confirmation = spend(80)

    assert void(confirmation).state == "voided"
    with pytest.raises(HoldNotOpen):
        loyalty.confirm_spending(hold=confirmation, member=member, key=fresh_key())


def test_the_same_key_asks_once_even_after_the_rules_changed(spend):
    key, other = fresh_key(), fresh_key()
    confirmation, spent = spend(80, key=key), spend(10, no="P-2", key=other)
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(confirm_from=5), start=clock.now())

    assert spend(80, key=key) == confirmation
    assert spend(10, no="P-2", key=other) == spent
    loyalty.set_alliance_policy(policy=AlliancePolicyValues(confirm_from=None), start=clock.now())
    assert spend(80, key=key) == confirmation
    assert (Hold.objects.count(), Transfer.objects.filter(kind="spend").count()) == (1, 1)

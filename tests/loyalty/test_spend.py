from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.models import Idem
from district.merchants.errors import VisitOver
from district.merchants.models import Visit
from loyalty import queries
from loyalty import services as loyalty
from loyalty.errors import InsufficientPoints, RequestAlreadyPosted
from loyalty.models import Draw, Lot, PointsAccount, Transfer
from tests.factories.loyalty import buy, fresh_key, make_earning_store, pay_points
from tests.factories.members import make_member
from tests.factories.merchants import till_of, visit_of


def test_points_earned_anywhere_reach_the_merchant_who_accepts_them(member, tea, books):
    buy(member, tea, fen=10_000)

    transfer = pay_points(member, books, points=60)

    assert (transfer.source, transfer.target, transfer.available_after) == (
        "available",
        "accepted",
        40,
    )
    assert queries.balance_of(member).available == 40
    assert queries.clearing_of(books.merchant_id) == 60
    assert queries.clearing_of(tea.merchant_id) == -60
    assert queries.clearing() == [
        queries.ClearingPosition(
            issuer=tea.merchant_id, redeemer=books.merchant_id, points=60, milli_fen=60_000
        )
    ]


def test_points_spent_where_they_were_earned_cost_nobody_anything(member, tea):
    buy(member, tea, fen=10_000)

    pay_points(member, tea, points=60)

    assert queries.clearing() == []
    assert Draw.objects.get().redeemer_id == tea.merchant_id


def test_the_lots_that_end_first_go_first(member, tea, books):
    now = clock.now()
    with clock.travel_to(now - timedelta(days=20)):
        buy(member, tea, fen=3_000)
    with clock.travel_to(now - timedelta(days=40)):
        buy(member, books, fen=3_000)

    pay_points(member, tea, points=40)

    drawn = list(Draw.objects.order_by("pk").values_list("lot__issuer", "points"))
    assert drawn == [(books.merchant_id, 30), (tea.merchant_id, 10)]
    assert list(Lot.objects.order_by("expires_at").values_list("remaining", flat=True)) == [0, 20]


def test_refuses_more_than_the_balance_and_changes_nothing(member, tea):
    buy(member, tea, fen=10_000)
    before = list(Lot.objects.values()), list(PointsAccount.objects.values()), Idem.objects.count()

    with pytest.raises(InsufficientPoints) as refusal:
        pay_points(member, tea, points=101)

    assert refusal.value.facts == {"balance": 100, "asked": 101}
    assert refusal.value.detail == "可用 100 积分，本次需要 101 积分。"
    assert (
        list(Lot.objects.values()),
        list(PointsAccount.objects.values()),
        Idem.objects.count(),
    ) == before
    assert not Transfer.objects.filter(kind="spend").exists()


def test_who_never_earned_cannot_spend(member, tea):
    with pytest.raises(InsufficientPoints) as refusal:
        pay_points(member, tea, points=1)

    assert refusal.value.facts == {"balance": 0, "asked": 1}


def test_dead_points_buy_nothing_before_the_sweep_has_run(member, tea):
    now = clock.now()
    with clock.travel_to(now - timedelta(days=24 * 31)):
        buy(member, tea, fen=5_000)
    buy(member, tea, fen=1_000)

    with pytest.raises(InsufficientPoints) as refusal:
        pay_points(member, tea, points=11)

    assert refusal.value.facts == {"balance": 10, "asked": 11}
    assert queries.balance_of(member).available == 10


def test_a_spending_writes_down_what_died_before_it(member, tea):
    now = clock.now()
    with clock.travel_to(now - timedelta(days=24 * 31)):
        buy(member, tea, fen=5_000)
    buy(member, tea, fen=1_000)

    pay_points(member, tea, points=4)

    lines = queries.statement(member).order_by("seq")
    assert [(line.kind, line.points, line.available_after) for line in lines] == [
        ("earn", 50, 50),
        ("expire", 50, 0),
        ("earn", 10, 10),
        ("spend", 4, 6),
    ]


def test_the_same_key_spends_once(member, tea):
    buy(member, tea, fen=10_000)
    key = fresh_key(points=60)

    first = pay_points(member, tea, points=60, no="P-1", key=key)
    again = pay_points(member, tea, points=60, no="P-1", key=key)

    assert again == first
    assert queries.balance_of(member).available == 40


def test_the_same_key_with_other_points_is_refused(member, tea):
    buy(member, tea, fen=10_000)
    key = fresh_key(points=60)
    pay_points(member, tea, points=60, key=key)

    with pytest.raises(KeyReused):
        pay_points(member, tea, points=10, key=type(key).of(key.scope, key.key, points=10))

    assert queries.balance_of(member).available == 40


def test_a_request_number_is_good_once_per_merchant_for_ever(member, tea):
    buy(member, tea, fen=10_000)
    pay_points(member, tea, points=60, no="P-1")
    Idem.objects.all().delete()

    with pytest.raises(RequestAlreadyPosted):
        pay_points(member, tea, points=10, no="P-1")

    assert queries.balance_of(member).available == 40


@pytest.fixture
def visit(member, tea):
    buy(member, tea, fen=10_000)
    opened = visit_of(member, till_of(tea), tea)
    return Visit.objects.select_related("store").get(pk=opened.visit.pk)


def spend_at(visit, *, points, key):
    return loyalty.spend_points(
        visit=visit, points=points, request_no="P-1", actor="till:1", key=key
    )


def test_a_member_at_the_counter_spends(visit, member):
    transfer = spend_at(visit, points=60, key=fresh_key())

    assert transfer.available_after == 40


def test_without_a_live_visit_nothing_is_spent(visit, member):
    Visit.objects.update(opened_at="2020-01-01T00:00Z", expires_at="2020-01-01T00:10Z")
    visit.refresh_from_db()

    with pytest.raises(VisitOver):
        spend_at(visit, points=60, key=fresh_key())

    assert queries.balance_of(member).available == 100


def test_a_repeat_is_answered_although_the_visit_is_over(visit):
    key = fresh_key()
    first = spend_at(visit, points=60, key=key)
    Visit.objects.update(opened_at="2020-01-01T00:00Z", expires_at="2020-01-01T00:10Z")
    visit.refresh_from_db()

    assert spend_at(visit, points=60, key=key) == first


def test_two_members_do_not_share_a_balance(member, tea):
    other, counter = make_member("小周"), make_earning_store()
    buy(member, tea, fen=10_000)

    with pytest.raises(InsufficientPoints):
        pay_points(other, counter, points=1)

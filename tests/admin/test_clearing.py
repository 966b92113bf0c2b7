"""A merchant's page says what it and the others owe each other this month."""

from datetime import timedelta

import pytest

from district.kernel import clock
from loyalty.admin.common import exact_yuan
from loyalty.services import EarningTerms
from tests.admin.action_forms import text_of
from tests.admin.two_merchants import signed_in
from tests.factories.loyalty import buy, make_earning_store, pay_points, undo
from tests.factories.members import make_member
from tests.factories.merchants import make_clerk


@pytest.fixture
def tea():
    return make_earning_store(EarningTerms(price_milli_fen=1_050))


@pytest.fixture
def books():
    return make_earning_store()


@pytest.fixture
def postings(two_merchants, tea, books):
    """A guest of the teahouse spends 60 of its points on books; 40 more are given back."""
    member = make_member()
    buy(member, tea, fen=10_000)
    pay_points(member, books, points=60)
    undo(pay_points(member, books, points=40), books)


def clearing_on_page(client, store):
    page = text_of(client.get(f"/admin/merchants/merchant/{store.merchant_id}/change/"))
    if "本月清算" not in page:
        return None
    return page.partition("本月清算")[2].partition("应收为正。")[2].partition("积分条款")[0]


def test_the_operator_sees_both_sides_with_the_sum_at_the_price_of_the_issue(
    postings, operator, tea, books
):
    assert f"{tea.merchant.name} 60 0 +60 ¥0.63" in columns(clearing_on_page(operator, books))
    assert f"{books.merchant.name} 0 60 -60 -¥0.63" in columns(clearing_on_page(operator, tea))
    assert "合计 60 0 +60 ¥0.63" in columns(clearing_on_page(operator, books))


def columns(text):
    """The section without the headings that a phone shows beside each cell."""
    for heading in ("对方商户", "应收积分", "应付积分", "净额积分", "净额金额"):
        text = text.replace(heading, " ")
    return " ".join(text.split())


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_a_merchant_sees_its_sum_and_not_whose_guests_they_are(postings, tea, books, role):
    clerk = make_clerk(merchant=books.merchant, role=role)

    page = clearing_on_page(signed_in(clerk.user), books)

    assert "合计 60 0 +60 ¥0.63" in columns(page)
    assert tea.merchant.name not in page


@pytest.mark.parametrize("role", ["manager", "cashier"])
def test_whoever_may_not_see_clearing_sees_none(postings, books, role):
    clerk = make_clerk(merchant=books.merchant, role=role)

    assert clearing_on_page(signed_in(clerk.user), books) is None


def test_what_was_spent_before_this_month_is_not_in_it(two_merchants, operator, tea, books):
    this_month = clock.business_day(clock.now()).replace(day=1)
    first = clock.start_of_day((this_month + timedelta(days=31)).replace(day=1))
    member = make_member()
    with clock.travel_to(first - timedelta(days=1)):
        buy(member, tea, fen=10_000)
        pay_points(member, books, points=50)

    with clock.travel_to(first):
        assert "本月没有与其他商户之间的清算" in text_of(
            operator.get(f"/admin/merchants/merchant/{books.merchant_id}/change/")
        )
        pay_points(member, books, points=7)

        assert "合计 7 0 +7 ¥0.0735" in columns(clearing_on_page(operator, books))


def test_many_partners_cost_no_more_queries_than_one(
    postings, operator, books, django_assert_max_num_queries
):
    member = make_member()
    for _ in range(6):
        buy(member, make_earning_store(), fen=1_000)
    pay_points(member, books, points=60)

    page = f"/admin/merchants/merchant/{books.merchant_id}/change/"
    with django_assert_max_num_queries(30):
        assert operator.get(page).status_code == 200
    assert "合计 120 0 +120" in columns(clearing_on_page(operator, books))


@pytest.mark.parametrize(
    ("milli_fen", "text"),
    [(0, "¥0.00"), (60_000, "¥0.60"), (1, "¥0.00001"), (-1_050, "-¥0.0105"), (10**9, "¥10,000.00")],
)
def test_a_sum_keeps_its_fractions(milli_fen, text):
    assert exact_yuan(milli_fen) == text

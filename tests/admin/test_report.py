"""The report on points: the district's for operators, one's own for a merchant's people."""

import pytest

from tests.admin.action_forms import text_of
from tests.admin.merchant_paths import leaks
from tests.admin.page_words import english_in
from tests.admin.test_costs import more_of_everything, queries
from tests.admin.two_merchants import signed_in, table_digests

REPORT = "/admin/reports/points/"


@pytest.mark.parametrize("days", [8, 30, 90])
def test_operators_see_every_issuer(two_merchants, operator, days):
    page = text_of(operator.get(REPORT, {"days": days}))

    for word in (
        "未兑付积分",
        "按发放商户",
        "各商户发放与收取",
        "每月过期积分",
        f"近 {days} 天变化",
    ):
        assert word in page
    assert two_merchants.first.merchant.name in page
    assert two_merchants.second.merchant.name in page


@pytest.mark.parametrize("role", ["owner", "finance"])
def test_a_merchants_people_see_their_own_side_only(two_merchants, role):
    page = two_merchants.second.client(role).get(REPORT)

    assert "各门店发放与收取" in text_of(page)
    assert leaks(page.content.decode(), two_merchants) == set()
    assert english_in(page.content.decode()) == set()


@pytest.mark.parametrize("role", ["manager", "cashier"])
def test_whoever_may_not_see_clearing_sees_no_report(two_merchants, role):
    client = signed_in(two_merchants.second.clerks[role].user)

    assert client.get(REPORT).status_code == 403
    assert REPORT not in client.get("/admin/").content.decode()


def test_it_stands_in_the_sidebar_and_in_the_search(two_merchants, operator, owner):
    for client in (operator, owner):
        assert REPORT in client.get("/admin/").content.decode()
        assert REPORT in client.get("/admin/search/", {"s": "积分分析"}).content.decode()


@pytest.mark.parametrize("days", ["x", "-1", "9" * 40, "31", ""])
def test_a_strange_period_becomes_a_usual_one(operator, days):
    page = operator.get(REPORT, {"days": days})

    assert page.status_code == 200
    assert "近 30 天变化" in text_of(page)


def test_looking_changes_nothing(two_merchants, operator):
    before = table_digests()

    operator.get(REPORT)

    assert table_digests() == before


def test_nobody_gets_it_without_signing_in(client, db):
    assert client.get(REPORT)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(("who", "most"), [("operator", 25), ("owner", 25)])
def test_it_costs_the_same_however_much_there_is(two_merchants, who, most, request):
    client = request.getfixturevalue(who)
    few = queries(client, REPORT)

    more_of_everything(two_merchants.second)

    assert queries(client, REPORT) == few <= most

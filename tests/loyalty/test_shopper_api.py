"""What a member sees of the own points."""

from datetime import timedelta

import pytest
from rest_framework.test import APIClient

from district.kernel import clock
from tests.factories.loyalty import buy, pay_points, undo
from tests.factories.members import bearer, make_member


@pytest.fixture
def phone(member):
    client = APIClient()
    client.credentials(**bearer(member))
    return client


def test_a_new_member_has_no_points(phone):
    answer = phone.get("/api/v1/me/points")

    assert answer.status_code == 200
    nothing = {"available": 0, "held": 0, "pending": 0, "in_review": 0, "debt": 0}
    worth = {"worth_fen": 0, "point_value_milli_fen": 1_000, "worth_text": "可抵 ¥0.00"}
    assert answer.json() == {**nothing, **worth, "expiring": [], "activating": []}


def test_the_balance_lists_what_ends_soon(phone, member, tea):
    with clock.travel_to(clock.now() - timedelta(days=700)):
        buy(member, tea, fen=5_000)
    buy(member, tea, fen=3_000)

    body = phone.get("/api/v1/me/points").json()

    assert body["available"] == 80
    assert [(expiring["points"], expiring["issuer"]) for expiring in body["expiring"]] == [
        (50, tea.merchant.name)
    ]
    assert body["expiring"][0]["expires_at"].endswith("00:00:00+08:00")


def test_the_statement_is_paged_newest_first_without_gaps(phone, member, tea, books):
    for _ in range(3):
        buy(member, tea, fen=1_000)
    undo(pay_points(member, books, points=25), books)

    first = phone.get("/api/v1/me/points/entries", {"limit": 3}).json()
    second = phone.get("/api/v1/me/points/entries", {"limit": 3, "cursor": first["next"]}).json()

    lines = first["results"] + second["results"]
    assert [line["seq"] for line in lines] == [5, 4, 3, 2, 1]
    assert [line["change"] for line in lines] == [25, -25, 10, 10, 10]
    assert [line["title"] for line in lines[:2]] == ["冲正使用", "使用"]
    assert lines[0]["reason"] == "扫错会员码"
    assert second["next"] is None


def test_lines_added_between_two_pages_shift_nothing(phone, member, tea):
    for _ in range(4):
        buy(member, tea, fen=1_000)
    first = phone.get("/api/v1/me/points/entries", {"limit": 2}).json()
    buy(member, tea, fen=1_000)

    second = phone.get("/api/v1/me/points/entries", {"limit": 2, "cursor": first["next"]}).json()

    assert [line["seq"] for line in second["results"]] == [2, 1]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"},
        {"cursor": "W10"},
        {"cursor": "WyJhIl0"},
        {"cursor": "%00"},
        {"limit": "0"},
        {"limit": "101"},
        {"limit": "-1"},
        {"limit": "x"},
        {"limit": "9" * 400},
    ],
)
def test_a_forged_cursor_or_limit_is_refused(phone, query):
    answer = phone.get("/api/v1/me/points/entries", query)

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_request")
    if "%00" not in query.values():
        assert [error["field"] for error in answer.json()["errors"]] == list(query)


def test_nobody_sees_the_points_of_another(phone, tea):
    buy(make_member("小周"), tea, fen=5_000)

    assert phone.get("/api/v1/me/points").json()["available"] == 0
    assert phone.get("/api/v1/me/points/entries").json()["results"] == []


@pytest.mark.parametrize("path", ["points", "points/entries"])
def test_without_a_session_nothing_is_returned(path, db):
    answer = APIClient().get(f"/api/v1/me/{path}")

    assert (answer.status_code, answer.json()["code"]) == (401, "sign_in_again")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_page_costs_the_same_however_long_it_is(phone, member, tea, django_assert_num_queries):
    for _ in range(5):
        buy(member, tea, fen=1_000)
    phone.get("/api/v1/me/points/entries")

    with django_assert_num_queries(2):
        phone.get("/api/v1/me/points/entries")

"""GET, PATCH and DELETE /api/v1/me."""

import pytest
from django.db import connection

from district.members import queries
from district.members.models import Member, ShopperSession
from tests.factories.members import bearer


def test_a_new_member_sees_little_about_themselves(shopper, member):
    answer = shopper.get("me")

    assert answer.json() == {
        "id": member.public_id,
        "nickname": "小林",
        "phone": None,
        "birthday": None,
        "joined_at": answer.json()["joined_at"],
    }
    assert answer.json()["joined_at"].endswith("+08:00")


def test_what_is_mentioned_changes_and_the_rest_stays(shopper):
    shopper.patch("me", {"nickname": "林小姐", "birthday": "1990-05-01"}, key="k1")

    answer = shopper.patch("me", {"nickname": "林女士"}, key="k2")

    assert answer.status_code == 200
    assert (answer.json()["nickname"], answer.json()["birthday"]) == ("林女士", "1990-05-01")


def test_a_birthday_of_null_is_forgotten(shopper, member):
    shopper.patch("me", {"birthday": "1990-05-01"}, key="k1")

    answer = shopper.patch("me", {"birthday": None}, key="k2")

    assert answer.json()["birthday"] is None
    assert Member.objects.get().birthday_sealed is None


def test_saying_nothing_changes_nothing(shopper):
    before = shopper.get("me").json()

    assert shopper.patch("me", {}, key="k1").json() == before


def test_the_same_key_does_not_change_twice(shopper):
    shopper.patch("me", {"nickname": "一"}, key="k1")
    shopper.patch("me", {"nickname": "二"}, key="k2")

    again = shopper.patch("me", {"nickname": "一"}, key="k1")

    assert (again.status_code, again.json()["nickname"]) == (200, "二")


def test_the_same_key_for_something_else_is_refused_and_changes_nothing(shopper):
    shopper.patch("me", {"nickname": "一"}, key="k1")

    refused = shopper.patch("me", {"nickname": "二"}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (422, "idempotency_key_reused")
    assert Member.objects.get().nickname == "一"


@pytest.mark.parametrize("key", [None, "k" * 256, "with space", "键"])
def test_a_change_needs_a_key(shopper, key):
    refused = shopper.patch("me", {"nickname": "一"}, key=key)

    assert (refused.status_code, refused.json()["code"]) == (400, "idempotency_key_missing")
    assert Member.objects.get().nickname == "小林"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"nickname": ""}, "nickname"),
        ({"nickname": "   "}, "nickname"),
        ({"nickname": "长" * 21}, "nickname"),
        ({"nickname": None}, "nickname"),
        ({"nickname": 7}, "nickname"),
        ({"nickname": "a\nb"}, "nickname"),
        ({"nickname": "a\u202eb"}, "nickname"),
        ({"nickname": "a\u0000b"}, "nickname"),
        ({"nickname": {"a": 1}}, "nickname"),
        ({"birthday": "1899-12-31"}, "birthday"),
        ({"birthday": "2999-01-01"}, "birthday"),
        ({"birthday": "1990-02-30"}, "birthday"),
        ({"birthday": "1990-05-01T00:00:00Z"}, "birthday"),
        ({"birthday": 19900501}, "birthday"),
        ({"birthday": ""}, "birthday"),
        ({"phone": "13800001234"}, "phone"),
        ({"id": "mem_0000000000000000000000"}, "id"),
        ({"nickname": "好", "is_staff": True}, "is_staff"),
        ([], "non_field_errors"),
        ('"nickname"', "non_field_errors"),
    ],
)
def test_what_does_not_fit_is_refused_by_name_and_changes_nothing(shopper, body, field):
    before = shopper.get("me").json()

    refused = shopper.patch("me", body, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert [error["field"] for error in refused.json()["errors"]] == [field]
    assert shopper.get("me").json() == before


def test_the_birthday_cannot_be_read_in_the_table(shopper):
    shopper.patch("me", {"birthday": "1990-05-01"}, key="k1")

    with connection.cursor() as cursor:
        cursor.execute("select birthday_sealed from members_member")
        sealed = bytes(cursor.fetchone()[0])

    assert b"1990" not in sealed
    assert len(sealed) == 12 + 10 + 16


def test_closing_the_account_says_honestly_that_it_cannot_be_done_yet(shopper, member):
    refused = shopper.delete("me")

    assert (refused.status_code, refused.json()["code"]) == (409, "closing_not_possible_yet")
    assert "账号与数据均未改变" in refused.json()["detail"]
    member.refresh_from_db()
    assert member.closed_at is None
    assert ShopperSession.objects.filter(revoked_at=None).count() == 1
    assert shopper.get("me").status_code == 200


def test_values_whose_key_is_gone_are_left_out_and_the_member_goes_on(shopper, member, caplog):
    shopper.patch("me", {"birthday": "1990-05-01"}, key="k1")
    member.key.delete()

    answer = shopper.get("me")

    assert (answer.status_code, answer.json()["birthday"]) == (200, None)
    assert "sealed value cannot be read" in caplog.text


@pytest.mark.parametrize("method", ["post", "put"])
def test_other_methods_are_refused_as_problems(shopper, method):
    refused = getattr(shopper, method)("me", {}, key="k1")

    assert (refused.status_code, refused.json()["code"]) == (405, "method_not_allowed")


def test_a_profile_is_read_in_one_query_and_one_more_for_the_key(
    nobody, member, django_assert_num_queries
):
    token = bearer(member)
    nobody.patch("me", {"birthday": "1990-05-01"}, key="k1", **token)

    with django_assert_num_queries(2):
        nobody.get("me", **token)


def test_a_member_is_found_by_user_and_by_public_id(member):
    assert queries.member_of(member.user) == member
    assert queries.member_by_public_id(member.public_id) == member
    assert queries.member_by_public_id("mem_0000000000000000000000") is None

"""Staff come by password, shoppers through WeChat, and neither through the other's door."""

import pytest
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.db import IntegrityError
from django.test import Client

from district.members import services as members
from district.members.models import Member, User
from tests.factories.members import PASSWORD, make_operator, make_staff

pytestmark = pytest.mark.django_db


def signed_in(client):
    return client.get("/admin/").status_code == 200


def test_staff_sign_in_with_name_and_password():
    make_operator("yunying")

    client = Client()
    answer = client.post("/admin/login/", {"username": "yunying", "password": PASSWORD})

    assert answer.status_code == 302
    assert signed_in(client)


def test_a_shopper_does_not_pass_even_with_a_password(member):
    member.user.set_password(PASSWORD)
    member.user.save()

    client = Client()
    client.post("/admin/login/", {"username": member.user.username, "password": PASSWORD})

    assert authenticate(username=member.user.username, password=PASSWORD) is None
    assert not signed_in(client)


def test_a_session_of_a_shopper_in_the_admins_cookie_is_nobodys(member):
    client = Client()
    client.force_login(member.user, backend="district.members.backends.StaffBackend")

    answer = client.get("/admin/")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/")


def test_a_shoppers_token_as_the_admins_cookie_opens_nothing(member):
    client = Client()
    client.cookies["sessionid"] = members.open_session(member=member).token

    assert not signed_in(client)


def test_a_staff_cookie_opens_no_door_of_the_api(nobody):
    operator = make_operator()
    nobody.client.force_login(operator)
    cookie = nobody.client.cookies["sessionid"].value

    by_cookie = nobody.get("me")
    as_token = nobody.get("me", HTTP_AUTHORIZATION=f"Bearer {cookie}")

    assert [answer.status_code for answer in (by_cookie, as_token)] == [401, 401]


def test_staff_who_were_switched_off_are_out_at_once():
    operator, client = make_operator(), Client()
    client.force_login(operator)
    assert signed_in(client)

    User.objects.filter(pk=operator.pk).update(is_active=False)

    assert not signed_in(client)


def test_createsuperuser_makes_an_operator(monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", username="boss", interactive=False, verbosity=0)

    boss = get_user_model().objects.get()
    assert (boss.kind, boss.is_staff, boss.is_superuser) == (User.Kind.STAFF, True, True)


def test_guessing_a_password_is_slowed_down(settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"admin_sign_in": (2, 300)}
    make_operator("yunying")
    client = Client()

    for password in ("wrong", "wrong again", PASSWORD):
        answer = client.post("/admin/login/", {"username": "Yunying", "password": password})
    client.post("/admin/login/", {"username": "yunying", "password": PASSWORD})

    assert "操作过于频繁" in answer.content.decode()
    assert not signed_in(client)


@pytest.mark.parametrize("rights", [{"is_staff": True}, {"is_superuser": True}])
def test_the_table_refuses_a_shopper_with_rights(member, rights):
    with pytest.raises(IntegrityError, match="shopper_is_never_staff"):
        User.objects.filter(pk=member.user_id).update(**rights)


def test_the_table_refuses_to_turn_a_member_into_staff(member):
    with pytest.raises(IntegrityError, match="member_user_is_a_shopper"):
        User.objects.filter(pk=member.user_id).update(kind="staff")


def test_the_table_refuses_a_membership_for_staff(member):
    staff = make_staff()

    with pytest.raises(IntegrityError, match="member_user_is_a_shopper"):
        Member.objects.filter(pk=member.pk).update(user=staff)


def test_the_table_refuses_a_third_kind_of_user():
    with pytest.raises(IntegrityError, match="user_is_shopper_or_staff"):
        User.objects.filter(pk=make_staff().pk).update(kind="robot", is_staff=False)


def test_the_table_refuses_one_name_in_two_spellings():
    make_staff("zhang")

    with pytest.raises(IntegrityError, match="username_once_in_any_case"):
        make_staff("Zhang")


@pytest.mark.parametrize("path", ["/_allauth/app/v1/auth/signup", "/accounts/login/"])
def test_none_of_allauths_own_doors_exists(client, path):
    assert client.post(path).status_code == 404

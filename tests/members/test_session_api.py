"""POST and DELETE /api/v1/session, and what a token opens."""

from datetime import timedelta

import pytest
import time_machine

from district.kernel import clock
from district.members import services as members
from district.members.models import Member, ShopperSession
from tests.factories.members import bearer, make_member


def test_a_code_buys_a_token_that_opens_ones_own_profile(nobody, wechat):
    entered = nobody.post("session", {"code": wechat.login_code()})
    token = entered.json()["token"]
    me = nobody.get("me", HTTP_AUTHORIZATION=f"Bearer {token}")

    assert entered.status_code == 201
    assert sorted(entered.json()) == ["expires_at", "member", "token"]
    assert (me.status_code, me.json()) == (200, entered.json()["member"])
    assert me.json()["id"] == Member.objects.get().public_id


def test_signing_in_sets_no_cookie_and_is_never_cached(nobody, wechat):
    entered = nobody.post("session", {"code": wechat.login_code()})

    assert entered.cookies == {}
    assert entered["Cache-Control"] == "no-store"


def test_nothing_that_is_answered_names_the_person_behind(nobody, wechat):
    wechat.control("person", name="小林", unionid="union-of-lin")
    entered = nobody.post("session", {"code": wechat.login_code()})

    for hidden in (wechat.openid(), "union-of-lin", "session_key"):
        assert hidden not in entered.content.decode()


@pytest.mark.parametrize(
    ("errcode", "problem"),
    [
        (40029, (400, "login_code_invalid", None)),
        (40163, (400, "login_code_used", None)),
        (40226, (403, "login_blocked", None)),
        (45011, (429, "wechat_busy", "60")),
        (-1, (503, "wechat_unavailable", "3")),
        (40125, (503, "wechat_misconfigured", "300")),
    ],
)
def test_what_wechat_refuses_leaves_as_a_problem(nobody, wechat, errcode, problem):
    wechat.trouble("jscode2session", "errcode", number=errcode)

    refused = nobody.post("session", {"code": wechat.login_code()})

    outcome = refused.status_code, refused.json()["code"], refused.headers.get("Retry-After")
    assert outcome == problem
    assert refused["Content-Type"] == "application/problem+json"
    assert not Member.objects.exists()


def test_a_silent_wechat_is_a_503_that_says_when_to_come_back(nobody, wechat, settings):
    settings.WECHAT_BASE = "http://127.0.0.1:9/"

    refused = nobody.post("session", {"code": "any"})

    assert (refused.status_code, refused.json()["code"]) == (503, "wechat_unavailable")
    assert refused["Retry-After"] == "3"


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"code": None},
        {"code": 7},
        {"code": ""},
        {"code": " "},
        {"code": "x" * 129},
        {"code": "a\u0000b"},
        {"code": ["a"]},
        [],
        "code",
        None,
        7,
    ],
)
def test_a_body_that_is_no_code_is_an_invalid_request(nobody, wechat, body):
    refused = nobody.client.post("/api/v1/session", body, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")
    assert wechat.calls("jscode2session") == 0


@pytest.mark.parametrize("text", [b"{", b"\xff\xfe", b'{"code": "\\ud800"}', b"[" * 100_000])
def test_bytes_that_are_no_json_are_an_invalid_request(nobody, text):
    refused = nobody.client.post("/api/v1/session", text, content_type="application/json")

    assert (refused.status_code, refused.json()["code"]) == (400, "invalid_request")


def test_an_address_that_tries_too_often_is_slowed_down(nobody, wechat, settings):
    settings.RATE_LIMITS = settings.RATE_LIMITS | {"sign_in_address": (2, 60)}

    codes = [nobody.post("session", {"code": "x"}).json()["code"] for _ in range(3)]

    assert codes == ["login_code_invalid", "login_code_invalid", "too_many_requests"]
    assert wechat.calls("jscode2session") == 2


def test_a_stale_token_does_not_stand_in_the_way_of_signing_in(nobody, wechat):
    entered = nobody.post(
        "session", {"code": wechat.login_code()}, HTTP_AUTHORIZATION="Bearer sht_stale"
    )

    assert entered.status_code == 201


def test_signing_out_ends_this_session_and_no_other(nobody, member):
    phone, tablet = bearer(member), bearer(member)

    out = nobody.delete("session", **phone)

    assert (out.status_code, out.content) == (204, b"")
    assert nobody.get("me", **phone).json()["code"] == "sign_in_again"
    assert nobody.get("me", **tablet).status_code == 200


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Basic eDp5",
        "Bearer sht_",
        f"Bearer sht_{'A' * 43}",
        f"Bearer sht_{'A' * 10_000}",
        "Bearer tk_abc_def",
        f"sht_{'A' * 43}",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "me"),
        ("patch", "me"),
        ("delete", "me"),
        ("post", "me/phone"),
        ("get", "me/card"),
        ("post", "me/card/code"),
        ("delete", "session"),
    ],
)
def test_without_a_good_token_every_door_asks_to_sign_in_again(nobody, authorization, method, path):
    headers = {} if authorization is None else {"HTTP_AUTHORIZATION": authorization}

    refused = getattr(nobody, method)(path, **headers)

    assert (refused.status_code, refused.json()["code"]) == (401, "sign_in_again")
    assert refused["WWW-Authenticate"] == "Bearer"
    assert refused["Cache-Control"] == "no-store"


def test_a_session_ends_after_thirty_days_of_real_time(nobody, member):
    token = bearer(member)
    ends = ShopperSession.objects.get().expires_at

    with time_machine.travel(ends - timedelta(seconds=1), tick=False):
        assert nobody.get("me", **token).status_code == 200
    with time_machine.travel(ends, tick=False):
        assert nobody.get("me", **token).json()["code"] == "sign_in_again"


def test_a_replays_clock_neither_ends_nor_revives_a_session(nobody, member):
    token = bearer(member)

    with clock.travel_to(clock.real_now() + timedelta(days=400)):
        assert nobody.get("me", **token).status_code == 200


def test_the_last_use_is_noted_to_the_minute(nobody, member, django_assert_num_queries):
    token = bearer(member)
    opened = ShopperSession.objects.get().last_used_at

    with django_assert_num_queries(1):
        nobody.get("me", **token)
    with time_machine.travel(opened + timedelta(seconds=61), tick=False):
        with django_assert_num_queries(2):
            nobody.get("me", **token)
        with django_assert_num_queries(1):
            nobody.get("me", **token)

    assert ShopperSession.objects.get().last_used_at == opened + timedelta(seconds=61)


def test_a_closed_account_is_told_that_signing_in_again_does_not_help(nobody, member):
    token = bearer(member)
    Member.objects.filter(pk=member.pk).update(closed_at=clock.now())

    refused = nobody.get("me", **token)

    assert (refused.status_code, refused.json()["code"]) == (403, "account_closed")


def test_one_members_token_never_opens_anothers_profile(nobody):
    lin, wang = make_member("小林"), make_member("小王")

    profiles = [nobody.get("me", **bearer(someone)).json() for someone in (lin, wang)]

    assert [(profile["id"], profile["nickname"]) for profile in profiles] == [
        (lin.public_id, "小林"),
        (wang.public_id, "小王"),
    ]


def test_signing_out_twice_changes_nothing(member):
    members.open_session(member=member)
    session = ShopperSession.objects.get()
    members.sign_out(session=session)
    first = ShopperSession.objects.get().revoked_at

    members.sign_out(session=session)

    assert ShopperSession.objects.get().revoked_at == first

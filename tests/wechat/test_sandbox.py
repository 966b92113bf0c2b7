"""The stand-in keeps WeChat's rules, or passing against it would mean nothing. Asked by plain HTTP."""

import io
import json
import re
from html import unescape

import pytest
import requests
from PIL import Image

from district.wechat.sandbox.control import CONTROLS
from tests.wechat.fixtures import APPID, SECRET

APP = {"appid": APPID, "secret": SECRET}
TOKEN = APP | {"grant_type": "client_credential"}
SESSION = APP | {"grant_type": "authorization_code"}


@pytest.fixture
def post(wechat):
    def send(path, body, **query):
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        return requests.post(wechat.base + path, params=query, data=data, timeout=5)

    return send


@pytest.fixture
def stable_token(post):
    def fetch(*, force=False):
        return post("cgi-bin/stable_token", TOKEN | {"force_refresh": force}).json()

    return fetch


@pytest.fixture
def session(wechat):
    def trade(**query):
        return requests.get(f"{wechat.base}sns/jscode2session", params=query, timeout=5)

    return trade


def errcode(answer):
    assert answer.status_code == 200
    return answer.json().get("errcode", 0)


def test_the_printed_address_opens_a_page_that_names_every_control(wechat):
    front = requests.get(wechat.base, timeout=5)

    assert front.status_code == 200
    assert front.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "微信沙箱" in front.text
    for name in CONTROLS:
        assert f"/_control/{name}" in front.text
    for address in map(unescape, re.findall(r'href="(/[^"]+)"', front.text)):
        assert requests.get(wechat.base + address.lstrip("/"), timeout=5).status_code == 200


def test_answers_are_json_said_to_be_plain_text_and_refusals_are_http_200(session, wechat):
    refused = session(**SESSION, js_code="nothing")
    granted = session(**SESSION, js_code=wechat.login_code())

    assert refused.status_code == 200
    assert refused.headers["Content-Type"] == "text/plain"
    assert refused.json()["errmsg"].startswith("invalid code rid: ")
    assert sorted(granted.json()) == ["openid", "session_key"]
    assert len(granted.json()["openid"]) == 28


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"appid": ""}, 41002),
        ({"secret": ""}, 41004),
        ({"js_code": ""}, 41008),
        ({"appid": "wx-other"}, 40013),
        ({"secret": "other"}, 40125),
        ({"grant_type": "client_credential"}, 40002),
        ({"access_token": "needless"}, 40097),
    ],
)
def test_a_sign_in_is_read_strictly_and_spends_no_code(session, wechat, changed, expected):
    values = SESSION | {"js_code": wechat.login_code()}

    assert errcode(session(**values | changed)) == expected
    assert errcode(session(**values)) == 0


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"", 44002),
        (b"{", 47001),
        (b"[]", 47001),
        ({"grant_type": "client_credential", "secret": SECRET}, 41002),
        (APP | {"grant_type": "authorization_code"}, 40002),
        (TOKEN | {"secret": "other"}, 40125),
        (TOKEN | {"force_refresh": "yes"}, 47001),
        (TOKEN | {"forced": True}, 47001),
    ],
)
def test_a_token_call_is_read_strictly(post, body, expected):
    assert errcode(post("cgi-bin/stable_token", body)) == expected


def test_the_refusal_of_an_unknown_field_names_it(post):
    answer = post("cgi-bin/stable_token", TOKEN | {"forced": True})

    assert answer.json()["errmsg"].startswith("data format error, unknown field: forced")


def test_a_token_is_only_given_for_a_post(wechat):
    assert errcode(requests.get(f"{wechat.base}cgi-bin/stable_token", timeout=5)) == 43002


def test_a_token_stays_the_same_until_its_last_five_minutes_and_then_both_work(
    stable_token, wechat, post
):
    def works(token):
        return errcode(post("wxa/business/getuserphonenumber", {"code": "x"}, access_token=token))

    first = stable_token()
    wechat.control("advance", seconds=6800)
    same = stable_token()
    wechat.control("advance", seconds=200)
    second = stable_token()

    assert same["access_token"] == first["access_token"]
    assert (first["expires_in"], second["expires_in"]) == (7200, 7200)
    assert 398 <= same["expires_in"] <= 400
    assert second["access_token"] != first["access_token"]
    assert [works(t["access_token"]) for t in (first, second)] == [40029, 40029]
    wechat.control("advance", seconds=301)
    assert [works(t["access_token"]) for t in (first, second)] == [42001, 40029]


def test_a_forced_token_kills_the_one_before(stable_token, post):
    first, second = stable_token(), stable_token(force=True)

    refused = post("wxa/getwxacodeunlimit", {"scene": "m=1"}, access_token=first["access_token"])

    assert second["access_token"] != first["access_token"]
    assert errcode(refused) == 40001


def test_forcing_again_within_thirty_seconds_changes_nothing(stable_token, wechat):
    forced = stable_token(force=True)
    wechat.control("advance", seconds=25)
    again = stable_token(force=True)
    wechat.control("advance", seconds=6)
    later = stable_token(force=True)

    assert again["access_token"] == forced["access_token"]
    assert later["access_token"] != forced["access_token"]


def test_twenty_tokens_a_day_may_be_forced(stable_token, wechat):
    answers = []
    for _ in range(21):
        answers.append(stable_token(force=True).get("errcode", 0))
        wechat.control("advance", seconds=31)

    assert answers == [0] * 20 + [45009]


@pytest.mark.parametrize(("query", "expected"), [({}, 41001), ({"access_token": "made up"}, 40001)])
def test_a_call_without_a_good_token_is_refused(post, query, expected):
    assert errcode(post("wxa/getwxacodeunlimit", {"scene": "m=1"}, **query)) == expected


def test_a_phone_code_in_the_query_is_no_phone_code(post, stable_token, wechat):
    token, code = stable_token()["access_token"], wechat.phone_code()

    in_query = post("wxa/business/getuserphonenumber", {}, access_token=token, code=code)

    assert errcode(in_query) == 40029


@pytest.mark.parametrize("route", ["stable_token", "jscode2session"])
def test_a_quota_can_be_set_and_switched_off(stable_token, session, wechat, route):
    def ask():
        if route == "stable_token":
            return stable_token().get("errcode", 0)
        return errcode(session(**SESSION, js_code=wechat.login_code()))

    wechat.control("quota", route=route, per_minute=1)
    limited = [ask(), ask()]
    wechat.control("quota", route=route, per_minute=None)

    assert limited in ([0, 45009], [0, 45011])
    assert ask() == 0


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"scene": "m=" + "a" * 30}, 0),
        ({"scene": "m=" + "a" * 31}, 40169),
        ({"scene": ""}, 40169),
        ({}, 40169),
        ({"scene": "a%20b"}, 40169),
        ({"scene": "会员"}, 40169),
        ({"scene": "a", "page": "/pages/index/index"}, 41030),
        ({"scene": "a", "page": "pages/index/index?x=1"}, 41030),
        ({"scene": "a", "page": "pages/draft"}, 41030),
        ({"scene": "a", "page": "pages/draft", "check_path": False}, 0),
        ({"scene": "a", "page": "pages/scancode_time"}, 85096),
        ({"scene": "a", "width": 279}, 40097),
        ({"scene": "a", "width": 1280}, 0),
        ({"scene": "a", "env_version": "beta"}, 40097),
        ({"scene": "a", "line_color": {"r": "0", "g": "0", "b": "0"}}, 40097),
        ({"scene": "a", "line_color": {"r": 9, "g": 99, "b": 9}}, 0),
        ({"scene": "a", "colour": "red"}, 47001),
    ],
)
def test_a_mini_program_code_is_read_strictly(post, stable_token, fields, expected):
    answer = post("wxa/getwxacodeunlimit", fields, access_token=stable_token()["access_token"])

    number = 0 if answer.headers["Content-Type"].startswith("image/") else errcode(answer)
    assert number == expected


@pytest.mark.parametrize(("see_through", "kind"), [(False, "JPEG"), (True, "PNG")])
def test_the_picture_is_a_real_one_of_the_asked_width(post, stable_token, see_through, kind):
    values = {"scene": "m=1", "width": 300, "is_hyaline": see_through}
    answer = post("wxa/getwxacodeunlimit", values, access_token=stable_token()["access_token"])

    picture = Image.open(io.BytesIO(answer.content))

    assert (picture.format, picture.size) == (kind, (300, 300))
    assert answer.headers["Content-Type"] == f"image/{kind.lower()}"


def test_what_wechat_does_not_have_is_a_404(post):
    assert post("cgi-bin/token", TOKEN).status_code == 404


@pytest.mark.parametrize(
    ("control", "fields"),
    [
        ("nothing", {}),
        ("fault", {"route": "stable_token", "kind": "earthquake"}),
        ("fault", {"route": "nowhere", "kind": "cut"}),
        ("person", {}),
        ("person", {"name": "小林", "age": 7}),
        ("expire", {"what": "quotas"}),
    ],
)
def test_a_control_call_that_makes_no_sense_says_so(wechat, control, fields):
    answer = requests.post(f"{wechat.base}_control/{control}", json=fields, timeout=5)

    assert answer.status_code == 400
    assert answer.json()["error"]

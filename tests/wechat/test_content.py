"""Texts and pictures of people are judged by WeChat, through the gateway and the sandbox server."""

import pytest
import requests

from district.wechat.client import content_verdict
from district.wechat.errors import PersonNotRecent, WechatMisconfigured, WechatUnavailable
from district.wechat.gateway import ContentScene, ContentVerdict, Suggestion


@pytest.fixture
def openid(weixin, wechat):
    """Of somebody who has just opened the mini-program."""
    return weixin.session_for(wechat.login_code()).openid


def check(weixin, openid, text):
    return weixin.check_text(text, openid=openid, scene=ContentScene.COMMENT)


@pytest.mark.parametrize(
    ("text", "suggestion", "label"),
    [
        ("奶茶很好喝", Suggestion.PASS, 100),
        ("加微信有优惠", Suggestion.REVIEW, 10_001),
        ("加微信，一起赌博", Suggestion.RISKY, 20_006),
    ],
)
def test_a_text_has_the_worst_verdict_of_what_is_in_it(weixin, openid, text, suggestion, label):
    verdict = check(weixin, openid, text)

    assert (verdict.suggestion, verdict.label) == (suggestion, label)
    assert verdict.trace_id


def test_a_long_text_is_judged_part_by_part_to_its_last_character(weixin, wechat, openid):
    assert check(weixin, openid, "好" * 2_500).suggestion is Suggestion.PASS
    assert wechat.calls("msg_sec_check") == 1

    assert check(weixin, openid, "好" * 4_998 + "赌博").suggestion is Suggestion.RISKY
    assert wechat.calls("msg_sec_check") == 3


def test_who_was_not_here_for_two_hours_cannot_be_judged(weixin, wechat, openid):
    wechat.control("advance", seconds=7_190)
    assert check(weixin, openid, "好").suggestion is Suggestion.PASS
    wechat.control("advance", seconds=11)

    with pytest.raises(PersonNotRecent):
        check(weixin, openid, "好")
    with pytest.raises(PersonNotRecent):
        weixin.check_picture("http://127.0.0.1/a.jpg", openid=openid, scene=ContentScene.COMMENT)


@pytest.mark.parametrize("kind", ["garbage", "cut", "errcode"])
def test_trouble_at_wechat_is_no_verdict(weixin, wechat, openid, kind):
    wechat.trouble("msg_sec_check", kind)

    with pytest.raises(WechatUnavailable):
        check(weixin, openid, "好")


def test_an_openid_of_another_app_is_our_mistake(weixin, openid):
    with pytest.raises(WechatMisconfigured):
        check(weixin, "o-of-somebody-else", "好")


@pytest.mark.parametrize(
    ("fields", "errcode"),
    [
        ({"scene": 5}, 40129),
        ({"version": 1}, 40097),
        ({"content": "好" * 2_501}, 47001),
        ({"content": ""}, 47001),
        ({"colour": "red"}, 47001),
    ],
)
def test_the_stand_in_refuses_what_wechat_refuses(wechat, weixin, openid, fields, errcode):
    token = weixin._token.current()
    body = {"version": 2, "scene": 2, "openid": openid, "content": "好"} | fields

    answer = requests.post(
        f"{wechat.base}wxa/msg_sec_check", params={"access_token": token}, json=body, timeout=5
    )

    assert answer.json()["errcode"] == errcode


RESULT = {"suggest": "pass", "label": 100}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"trace_id": "t"},
        {"trace_id": "", "result": RESULT},
        {"trace_id": 7, "result": RESULT},
        {"trace_id": "t", "result": []},
        {"trace_id": "t", "result": {"suggest": "fine", "label": 100}},
        {"trace_id": "t", "result": {"suggest": ["pass"], "label": 100}},
        {"trace_id": "t", "result": {"suggest": "pass"}},
        {"trace_id": "t", "result": {"suggest": "pass", "label": "100"}},
    ],
)
def test_what_cannot_be_understood_is_no_verdict(document):
    assert content_verdict(document) is None
    assert content_verdict({"trace_id": "t", "result": RESULT}) == ContentVerdict(
        Suggestion.PASS, 100, "t"
    )

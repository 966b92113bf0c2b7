"""When WeChat is slow, broken or gone: one clear refusal, in bounded time, and nothing secret said."""

import logging
import socket
import time
import traceback
from concurrent.futures import ThreadPoolExecutor

import pytest

from district.wechat.errors import LoginCodeUsed, WechatMisconfigured, WechatUnavailable
from tests.wechat.fixtures import SECRET

TROUBLES = [
    ("latency", {"seconds": 1.0}),
    ("http", {"number": 502}),
    ("http", {"number": 429}),
    ("http", {"number": 302}),
    ("garbage", {}),
    ("cut", {}),
    ("errcode", {"number": -1}),
]


@pytest.mark.parametrize(("kind", "details"), TROUBLES)
def test_a_failing_sign_in_is_unavailable_and_is_not_tried_twice(weixin, wechat, kind, details):
    wechat.trouble("jscode2session", kind, times=None, **details)

    with pytest.raises(WechatUnavailable) as refusal:
        weixin.session_for(wechat.login_code())

    assert (refusal.value.status, refusal.value.retry_after) == (503, 3)
    assert wechat.calls("jscode2session") == 1


@pytest.mark.parametrize(("kind", "details"), TROUBLES)
def test_a_failing_token_call_is_unavailable_too(weixin, wechat, kind, details):
    wechat.trouble("stable_token", kind, times=None, **details)
    began = time.monotonic()

    with pytest.raises(WechatUnavailable):
        weixin.phone_for(wechat.phone_code(), wechat.openid())

    assert time.monotonic() - began < 1.0
    assert (wechat.calls("stable_token"), wechat.calls("getuserphonenumber")) == (1, 0)


@pytest.mark.django_db
def test_nobody_at_the_address_is_unavailable(client_of):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        nobody = f"http://127.0.0.1:{taken.getsockname()[1]}/"

    with pytest.raises(WechatUnavailable):
        client_of(base=nobody).session_for("a-code")


def test_an_answer_that_was_lost_has_spent_the_code(weixin, wechat):
    wechat.trouble("jscode2session", "cut")
    code = wechat.login_code()
    with pytest.raises(WechatUnavailable):
        weixin.session_for(code)

    with pytest.raises(LoginCodeUsed):
        weixin.session_for(code)


def test_the_quota_of_the_whole_app_asks_for_a_minutes_patience(weixin, wechat):
    wechat.control("quota", route="getwxacodeunlimit", per_minute=0)

    with pytest.raises(WechatUnavailable) as refusal:
        weixin.mini_code("m=1", "pages/index/index")

    assert refusal.value.retry_after == 60


@pytest.mark.django_db
def test_a_slow_wechat_holds_two_threads_of_a_worker_and_no_more(client_of, wechat):
    weixin = client_of(patience=5)
    wechat.trouble("jscode2session", "latency", seconds=2.0, times=None)
    codes = [wechat.login_code(f"person {number}") for number in range(4)]

    def enter(code):
        began = time.monotonic()
        try:
            weixin.session_for(code)
        except WechatUnavailable:
            return "refused", round(time.monotonic() - began)
        return "in", round(time.monotonic() - began)

    with ThreadPoolExecutor(4) as pool:
        outcomes = list(pool.map(enter, codes))

    assert sorted(outcomes) == [("in", 2), ("in", 2), ("refused", 1), ("refused", 1)]


@pytest.mark.parametrize(
    ("kind", "details"), [*TROUBLES, ("errcode", {"number": 40125}), ("errcode", {"number": 40029})]
)
def test_neither_logs_nor_exceptions_hold_secret_token_or_code(
    weixin, wechat, caplog, kind, details
):
    weixin.mini_code("m=1", "pages/index/index")
    token = weixin._token.current()
    codes = wechat.login_code(), wechat.phone_code()
    wechat.trouble("jscode2session", kind, **details)
    wechat.trouble("getuserphonenumber", kind, **details)
    caplog.set_level(logging.DEBUG)
    caplog.clear()

    texts = [logged_text(weixin.session_for, codes[0])]
    texts += [logged_text(weixin.phone_for, codes[1], wechat.openid())]

    records = [record for record in caplog.records if "_control" not in str(record.args)]
    texts += [f"{record.getMessage()} {vars(record)}" for record in records]
    for hidden in (SECRET, token, *codes, wechat.openid()):
        assert hidden not in "\n".join(texts)


def logged_text(call, *arguments):
    """Everything an exception and all that hang on it would write into a log."""
    with pytest.raises(Exception) as raised:  # noqa: PT011 - whichever it is, it must hold its tongue
        call(*arguments)
    texts: list[str] = []
    error: BaseException | None = raised.value
    while error is not None:
        texts += [repr(error), str(vars(error)), *traceback.format_exception(error, chain=False)]
        error = error.__context__ or error.__cause__
    return "\n".join(texts)


def test_the_clients_refusals_carry_no_foreign_exception_along(weixin, wechat):
    wechat.trouble("jscode2session", "http", number=500)

    with pytest.raises(WechatUnavailable) as refusal:
        weixin.session_for(wechat.login_code())

    assert refusal.value.__context__ is None
    assert refusal.value.__cause__ is None


def test_a_revoked_secret_ends_after_one_question(weixin, wechat):
    wechat.trouble("stable_token", "errcode", number=40001, times=None)

    with pytest.raises(WechatMisconfigured):
        weixin.mini_code("m=1", "pages/index/index")

    assert wechat.calls("stable_token") == 1

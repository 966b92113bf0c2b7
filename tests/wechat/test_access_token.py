"""One token for all processes, renewed in time, and once more when WeChat refuses it."""

import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from district.wechat.errors import WechatMisconfigured, WechatUnavailable
from tests.wechat.fixtures import APPID, SECRET

KEPT = f"wechat:access_token:{APPID}"
HOME = "pages/index/index"


def test_a_token_is_fetched_once_and_used_again(weixin, wechat):
    for _ in range(3):
        weixin.mini_code("m=1", HOME)

    assert (wechat.calls("stable_token"), wechat.calls("getwxacodeunlimit")) == (1, 3)


@pytest.mark.parametrize("ending", ["kill-token", "expire"])
def test_a_refused_token_is_renewed_once_and_the_call_repeated_once(weixin, wechat, ending):
    weixin.mini_code("m=1", HOME)
    wechat.control(ending, what="tokens")

    assert weixin.mini_code("m=1", HOME)

    assert (wechat.calls("stable_token"), wechat.calls("getwxacodeunlimit")) == (2, 3)


@pytest.mark.parametrize(
    ("errcode", "refusal"),
    [(40001, WechatMisconfigured), (40014, WechatUnavailable), (42001, WechatUnavailable)],
)
def test_a_token_that_is_refused_again_is_given_up(weixin, wechat, errcode, refusal):
    wechat.trouble("getuserphonenumber", "errcode", number=errcode, times=None)

    with pytest.raises(refusal):
        weixin.phone_for(wechat.phone_code(), wechat.openid())

    assert (wechat.calls("stable_token"), wechat.calls("getuserphonenumber")) == (2, 2)


def test_a_token_near_its_end_is_renewed_while_it_still_works(weixin, wechat):
    weixin.mini_code("m=1", HOME)
    first, _ = cache.get(KEPT)
    cache.set(KEPT, (first, time.time() + 200), 200)
    wechat.control("advance", seconds=7000)

    weixin.mini_code("m=1", HOME)

    second, good_until = cache.get(KEPT)
    assert second != first
    assert 7100 < good_until - time.time() <= 7200


def test_an_old_token_serves_while_wechat_gives_no_new_one(weixin, wechat):
    weixin.mini_code("m=1", HOME)
    first, _ = cache.get(KEPT)
    cache.set(KEPT, (first, time.time() + 200), 200)
    wechat.trouble("stable_token", "http", number=503)

    assert weixin.mini_code("m=1", HOME)

    assert cache.get(KEPT)[0] == first


def test_a_refused_token_does_not_serve_when_no_new_one_comes(weixin, wechat):
    weixin.mini_code("m=1", HOME)
    wechat.control("kill-token")
    wechat.trouble("stable_token", "http", number=503)

    with pytest.raises(WechatUnavailable):
        weixin.mini_code("m=1", HOME)


def test_threads_that_all_need_a_token_fetch_it_once(real_db, client_of, wechat):
    weixin = client_of(patience=5)
    wechat.trouble("stable_token", "latency", seconds=0.3)

    def ask(_):
        try:
            return weixin._token.current()
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        tokens = set(pool.map(ask, range(4)))

    assert len(tokens) == 1
    assert wechat.calls("stable_token") == 1


def test_two_processes_share_a_token_and_a_third_finds_it(real_db, wechat):
    wechat.trouble("stable_token", "latency", seconds=0.5)

    racing = [another_process(real_db.env, wechat.base) for _ in range(2)]
    tokens = {process.communicate(timeout=30)[0] for process in racing}
    tokens.add(another_process(real_db.env, wechat.base).communicate(timeout=30)[0])

    assert len(tokens) == 1
    assert len(tokens.pop()) > 100
    assert wechat.calls("stable_token") == 1


ASK = """
import django; django.setup()
from district.wechat.client import gateway
print(gateway()._token.current(), end="")
"""


def another_process(env, base):
    """A process of its own at the test's database, asking for the app's token."""
    environment = env | {
        "DJANGO_SETTINGS_MODULE": "district.settings",
        "DISTRICT_WECHAT_BASE": base,
        "DISTRICT_WECHAT_APPID": APPID,
        "DISTRICT_WECHAT_SECRET": SECRET,
    }
    return subprocess.Popen(
        [sys.executable, "-c", ASK],
        cwd=settings.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )

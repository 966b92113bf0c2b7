"""WeChat for tests: the sandbox server on a loopback port, and the hands that hold the phone."""

import threading

import pytest
import requests
from django.core.cache import cache

from district.wechat.client import WechatClient
from district.wechat.sandbox.server import SandboxServer
from district.wechat.sandbox.state import SandboxState

APPID, SECRET = "wx0123456789abcdef", "a-secret-nobody-may-read"


class Phones:
    """What people do with WeChat on their phones, through the sandbox's control door."""

    def __init__(self, base):
        self.base = base

    def control(self, name, /, **fields):
        answer = requests.post(f"{self.base}_control/{name}", json=fields, timeout=5)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def login_code(self, person="小林"):
        return self.control("login-code", person=person)["code"]

    def phone_code(self, person="小林", **number):
        return self.control("phone-code", person=person, **number)["code"]

    def openid(self, person="小林"):
        return self.control("person", name=person)["openid"]

    def trouble(self, route, kind, **details):
        self.control("fault", route=route, kind=kind, **details)

    def calls(self, route):
        return self.control("counters")[route].get("calls", 0)


@pytest.fixture(scope="session")
def wechat_server():
    server = SandboxServer(("127.0.0.1", 0), SandboxState(appid=APPID, secret=SECRET))
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def wechat(wechat_server, settings):
    """The stand-in as on its first day, with the district pointed at it."""
    with wechat_server.state.lock:
        wechat_server.state.reset()
    settings.WECHAT_APPID, settings.WECHAT_SECRET = APPID, SECRET
    settings.WECHAT_BASE = wechat_server.base
    return Phones(wechat_server.base)


@pytest.fixture
def client_of(wechat):
    """Makes a client of its own, with nothing in the cache, for one test that has a database."""

    def make(**options):
        cache.clear()
        return WechatClient(**{"appid": APPID, "secret": SECRET, "base": wechat.base} | options)

    return make


@pytest.fixture
def weixin(client_of, db):
    return client_of(patience=0.3)

"""The sandbox as a process of its own, a client of its merchant, and a server that its notices come to."""

import base64
import contextlib
import itertools
import os
import subprocess
import sys
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from district.keyrings import key, named_keys
from district.wechat.pay.client import Limits, PayClient
from district.wechat.pay.keys import PlatformKeys, load_merchant, load_public_key
from district.wechat.pay.notices import read_notice, verify_notice
from district.wechat.pay.orders import JsapiOrder, place_order
from tests.wechat.fixtures import APPID, SECRET, Phones

# A request that came too late for one test may still be worked on in the next.
_ORDER_NUMBERS = itertools.count(1)


def start_sandbox(folder):
    """The process and its address."""
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "district.wechat.sandbox", "--data-dir", str(folder)),
            *("--appid", APPID, "--secret", SECRET),
        ],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": "."},
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().split()[-1]


def stop_sandbox(process):
    process.terminate()
    process.communicate(timeout=10)
    assert process.returncode == 0


class PaySandbox(Phones):
    """The control addresses of the sandbox, and what a merchant of it needs."""

    def __init__(self, base):
        super().__init__(base)
        self.environment = self.control("pay-account", base=base)["environment"]

    @property
    def now(self):
        """By the sandbox's clock, which may be far ahead."""
        return datetime.fromisoformat(self.control("pay-account")["now"])

    @property
    def merchant(self):
        setting = self.setting
        return load_merchant(
            mchid=setting("MCHID"),
            serial_no=setting("SERIAL"),
            private_key_pem=base64.b64decode(setting("PRIVATE_KEY")),
            api_v3_keys=[setting("API_V3_KEYS")],
        )

    @property
    def public_key(self):
        """Its id, and the key in PEM."""
        key_id, _, encoded = self.setting("PUBLIC_KEYS").partition(":")
        return key_id, base64.b64decode(encoded)

    def setting(self, name):
        return self.environment[f"DISTRICT_WECHAT_PAY_{name}"]

    def client(self, **options):
        key_id, pem = self.public_key
        defaults = {
            "merchant": self.merchant,
            "platform": PlatformKeys({key_id: load_public_key(pem)}),
            "bases": [self.base],
            "limits": Limits(answer_seconds=5.0, repeat_delays=(0.0, 0.0)),
        }
        return PayClient(**defaults | options)

    def configure(self, settings):
        """Make this merchant the district's."""
        for name in ("MCHID", "SERIAL"):
            setattr(settings, f"WECHAT_PAY_{name}", self.setting(name))
        settings.WECHAT_PAY_PRIVATE_KEY = key("", self.setting("PRIVATE_KEY"))
        settings.WECHAT_PAY_API_V3_KEYS = [self.setting("API_V3_KEYS")]
        settings.WECHAT_PAY_PUBLIC_KEYS = named_keys("", [self.setting("PUBLIC_KEYS")])
        settings.WECHAT_PAY_BASES = [self.setting("BASES")]
        settings.WECHAT_PAY_CERTIFICATES = False

    def run(self, seconds):
        return self.control("pay-run", seconds=seconds)

    def notices(self, event_type=None):
        fields = {"event_type": event_type} if event_type else {}
        return self.control("pay-notices", **fields)["notices"]

    def documents(self, kind):
        return self.control("pay-documents", kind=kind)["documents"]


class Receiver(ThreadingHTTPServer):
    """Keeps what is posted to it as (headers, body), and answers with the next of `statuses`, then 204."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _ReceiverHandler)
        self.received, self.statuses, self.on_receipt = [], [], None
        self.unanswered = []
        self.url = f"http://127.0.0.1:{self.server_address[1]}/notices/pay"

    def wait_for(self, number):
        """What has come, once there are so many and all were answered."""
        given_up = time.monotonic() + 20
        while len(self.received) < number or self.unanswered:
            assert time.monotonic() < given_up, f"{len(self.received)} of {number} notices came"
            time.sleep(0.01)
        return self.received

    def clear(self):
        self.received.clear()


class _ReceiverHandler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.unanswered.append(body)
        if self.server.on_receipt:
            self.server.on_receipt()
        status = self.server.statuses.pop(0) if self.server.statuses else 204
        # Before the answer: whoever waited for the sandbox to have it finds what came.
        self.server.received.append((dict(self.headers), body))
        with contextlib.suppress(ConnectionError):
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()
        self.server.unanswered.remove(body)

    def log_message(self, format, *args):
        """Silent."""


@pytest.fixture(scope="session")
def sandbox_process(tmp_path_factory):
    process, base = start_sandbox(tmp_path_factory.mktemp("sandbox"))
    yield base
    stop_sandbox(process)


@pytest.fixture(scope="session")
def sandbox_of_session(sandbox_process):
    return PaySandbox(sandbox_process)


@pytest.fixture
def sandbox(sandbox_of_session):
    """The sandbox as on its first day; its clock and its keys stay."""
    sandbox_of_session.control("reset")
    requests.get(f"{sandbox_of_session.base}_control/clock-speed?factor=1", timeout=5)
    return sandbox_of_session


@pytest.fixture
def receiver():
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def shop(sandbox):
    """The merchant's client."""
    return sandbox.client()


@pytest.fixture
def make_order(sandbox, receiver):
    """An order of 15.00 for the person 小林, placed unless told otherwise."""

    def make(client=None, **changed):
        values = {
            "appid": APPID,
            "description": "停车费, 2 小时",
            "out_trade_no": f"PARK-{next(_ORDER_NUMBERS):04}",
            "notify_url": receiver.url,
            "total_fen": 1500,
            "openid": sandbox.openid(),
        }
        order = JsapiOrder(**values | changed)
        if client is not None:
            place_order(client, order)
        return order

    return make


@pytest.fixture
def read(shop):
    """Verify and read what came, as the district does."""

    def read_received(received):
        headers, body = received
        verify_notice(headers, body, platform=shop.platform, now=shop.now())
        return read_notice(body, shop.merchant.api_v3_keys)

    return read_received

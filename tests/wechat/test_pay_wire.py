"""The bytes that are signed are the bytes that are sent, whatever stands in them."""

import json
import re
import socket
import threading
from datetime import datetime

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from district.wechat.pay.client import PayClient
from district.wechat.pay.errors import Unreachable
from district.wechat.pay.fields import rfc3339
from district.wechat.pay.wire import normal_target, request_target, to_json_bytes
from tests.wechat.pay_fixtures import NOW, signature_of

SEGMENTS = st.text(min_size=1, max_size=20).filter(lambda text: text.strip("."))
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=10,
)


@given(value=JSON)
def test_the_serializer_keeps_every_value_and_is_compact(value):
    written = to_json_bytes(value)

    assert json.loads(written) == value
    assert to_json_bytes(json.loads(written)) == written
    assert b"\n" not in written
    assert b"\r" not in written


def test_hanzi_go_as_they_are_and_numbers_that_are_none_are_refused():
    assert to_json_bytes({"商品": "咖啡", "total": 100}) == '{"商品":"咖啡","total":100}'.encode()
    with pytest.raises(ValueError, match="JSON"):
        to_json_bytes({"total": float("nan")})


def test_a_target_is_escaped_and_leaves_out_what_is_none():
    target = request_target("/v3/{}/find", "a/b", query={"plate": "粤B 1&2", "sub_mchid": None})

    assert target == "/v3/a%2Fb/find?plate=%E7%B2%A4B%201%262"


@pytest.mark.parametrize("segment", ["", ".", ".."])
def test_a_segment_that_would_be_resolved_away_is_refused(segment):
    with pytest.raises(ValueError, match="segment"):
        request_target("/v3/x/{}", segment)


@given(segment=SEGMENTS, value=st.text(max_size=20))
def test_the_library_sends_our_target_unchanged(segment, value):
    target = request_target("/v3/x/{}/y", segment, query={"q": value})

    prepared = requests.Request("GET", "https://api.mch.weixin.qq.com" + target).prepare()

    assert prepared.path_url == target == normal_target(target)


def test_a_foreign_target_is_written_as_the_library_sends_it():
    foreign = "/v3/billdownload/file?token=%e7%b2%a4-x y%2f"

    assert normal_target(foreign) == "/v3/billdownload/file?token=%E7%B2%A4-x%20y%2F"


def test_times_are_beijings_to_the_second():
    assert rfc3339(NOW.replace(microsecond=7)) == "2026-05-01T12:00:00+08:00"
    with pytest.raises(ValueError, match="zone"):
        rfc3339(datetime(2026, 5, 1))


class SocketListener:
    """Takes requests as raw bytes and cuts each connection without an answer."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.received = []
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def base(self):
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def _serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.settimeout(2)
                data = b""
                while b"\r\n\r\n" not in data:
                    data += connection.recv(65536)
                length = re.search(rb"Content-Length: (\d+)", data)
                head, _, body = data.partition(b"\r\n\r\n")
                while length and len(body) < int(length[1]):
                    body += connection.recv(65536)
                self.received.append((head.decode(), body))


@pytest.fixture
def listener():
    listening = SocketListener()
    yield listening
    listening.socket.close()


@pytest.mark.parametrize(
    "value", ["粤B·12345", "a b%20c&d=e/f?g#h", "~!*'();:@+$,[]", "\\\"'<>^`{|}"]
)
def test_what_arrives_at_a_socket_is_what_was_signed(
    listener, merchant, merchant_key, platform_keys, value
):
    client = PayClient(
        merchant=merchant, platform=platform_keys, bases=[listener.base], sleep=lambda _: None
    )
    target = request_target("/v3/x/{}", value, query={"plate_number": value})

    for ask in (
        lambda: client.get("x", target),
        lambda: client.post("x", target, {"plate": value}, is_repeatable=False),
        lambda: client.download("x", f"https://elsewhere.example/{value}?t={value}").__enter__(),
    ):
        with pytest.raises(Unreachable):
            ask()

    assert len(listener.received) == 3 + 1 + 1
    for head, body in listener.received:
        method, target_sent, _ = head.split("\r\n")[0].split(" ")
        stated = dict(re.findall(r'(\w+)="([^"]+)"', head))
        text = f"{method}\n{target_sent}\n{stated['timestamp']}\n{stated['nonce_str']}\n".encode()
        assert stated["signature"] == signature_of(merchant_key, text + body + b"\n")
        assert stated["serial_no"] == merchant.serial_no

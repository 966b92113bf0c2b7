"""WeChat pushes messages to the mini-program's server: only what it signed and encrypted is kept, once."""

import base64
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from district.kernel.inbox.handling import handle_due
from district.kernel.models import InboxRow, OutboxRow
from district.wechat import message_push
from district.wechat.gateway import ContentScene
from district.wechat.sandbox import messages
from district.wechat.sandbox.messages import PushSettings, sealed
from tests.wechat.fixtures import APPID

ADDRESS = "/wechat/messages"
TOKEN = "AAAAA"
KEY, NEXT_KEY = ("k" * 42 + "A", "n" * 42 + "A")
CHECKED = {
    "ToUserName": "gh_0",
    "FromUserName": "o-lin",
    "CreateTime": 1_772_000_000,
    "MsgType": "event",
    "Event": "wxa_media_check",
    "trace_id": "t-1",
    "version": 2,
    "result": {"suggest": "risky", "label": 20_002},
}


@pytest.fixture(autouse=True)
def message_settings(settings):
    settings.WECHAT_APPID = APPID
    settings.WECHAT_MESSAGE_TOKEN, settings.WECHAT_MESSAGE_KEYS = TOKEN, [KEY]
    return settings


def push(document=CHECKED, *, key=KEY, token=TOKEN, appid=APPID, body=None, **changes):
    """Send a message as WeChat does, with some of its parameters changed; the status and the text."""
    settings = PushSettings(url=ADDRESS, token=token, encoding_aes_key=key)
    address, encrypted = sealed(settings, appid, document)
    parameters = dict(parse_qsl(urlsplit(address).query)) | changes
    answer = Client().post(
        ADDRESS, body or encrypted, query_params=parameters, content_type="application/json"
    )
    return answer.status_code, answer.content.decode()


def kept():
    return InboxRow.objects.filter(source="wechat_messages")


def verdicts():
    rows = OutboxRow.objects.filter(name="PictureChecked").order_by("pk")
    return [row.payload for row in rows]


@pytest.mark.django_db
def test_the_address_check_gives_the_text_back_to_wechat_alone():
    # The official example.
    asked = {
        "signature": "f464b24fc39322e44b38aa78f5edd27bd1441696",
        "timestamp": "1714036504",
        "nonce": "1514711492",
        "echostr": "<b>4375120948345356249",
    }
    answer = Client().get(ADDRESS, query_params=asked)

    assert answer.content.decode() == asked["echostr"]
    assert answer["Content-Type"].startswith("text/plain")
    for name in ("signature", "timestamp", "nonce"):
        refused = Client().get(ADDRESS, query_params=asked | {name: "1"})
        assert (refused.status_code, refused.content) == (401, b"")
    assert Client().put(ADDRESS).status_code == 405


@pytest.mark.django_db
def test_a_verdict_on_a_picture_becomes_one_event_however_often_it_comes():
    assert push() == push() == (200, "success")
    assert (
        push(CHECKED | {"trace_id": "t-2", "result": {"suggest": "pass", "label": 100}})[0] == 200
    )
    assert b"o-lin" not in bytes(kept().first().body)

    handle_due()

    assert verdicts() == [
        {"trace_id": "t-1", "suggestion": "risky", "label": 20_002},
        {"trace_id": "t-2", "suggestion": "pass", "label": 100},
    ]
    assert not kept().filter(handled_at=None).exists()


@pytest.mark.django_db
def test_where_wechat_could_not_look_a_person_has_to():
    unreachable = {name: CHECKED[name] for name in CHECKED if name != "result"}
    push(unreachable | {"errcode": -1008})

    handle_due()

    assert verdicts() == [{"trace_id": "t-1", "suggestion": "review", "label": 0}]


@pytest.mark.django_db
def test_a_message_that_nobody_has_a_use_for_is_passed_by():
    push(CHECKED | {"Event": "kf_create_session"})
    push({"ToUserName": "gh_0", "FromUserName": "o-lin", "MsgType": "text", "Content": "在吗"})

    handle_due()

    assert kept().exclude(handled_at=None).count() == 2
    assert verdicts() == []


@pytest.mark.django_db
def test_after_the_key_was_changed_what_waits_can_still_be_read(message_settings):
    push()
    message_settings.WECHAT_MESSAGE_KEYS = [NEXT_KEY, KEY]
    push(CHECKED | {"trace_id": "t-2"}, key=NEXT_KEY)

    handle_due()

    assert [verdict["trace_id"] for verdict in verdicts()] == ["t-1", "t-2"]


def text(value):
    return json.dumps(value).encode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        {"msg_signature": "0" * 40},
        {"msg_signature": "é"},
        {"timestamp": str(int(time.time()) - 3_600)},
        {"timestamp": "soon"},
        {"nonce": "other"},
        {"token": "BBBBB"},
        {"key": NEXT_KEY},
        {"appid": "wx-of-another"},
        {"body": b"<xml><Encrypt>a</Encrypt></xml>"},
        {"body": b"\xff"},
        {"body": text([])},
        {"body": text({"Encrypt": None})},
        {"body": text(CHECKED)},
        {"body": b"[" * 60_000},
    ],
)
def test_what_wechat_did_not_sign_and_encrypt_is_refused_and_not_kept(changes):
    assert push(**changes) == (401, "")
    assert not kept().exists()


@pytest.mark.django_db
@pytest.mark.parametrize("encrypted", ["", "!", "YQ==", base64.b64encode(b"a" * 32).decode()])
def test_signed_garbage_is_refused(encrypted):
    timestamp = str(int(time.time()))
    signature = messages._sha1(TOKEN, timestamp, "1", encrypted)

    answer = push(
        body=text({"Encrypt": encrypted}), timestamp=timestamp, nonce="1", msg_signature=signature
    )

    assert answer == (401, "")


@pytest.mark.django_db
def test_without_a_token_nobody_is_believed(message_settings):
    message_settings.WECHAT_MESSAGE_TOKEN = ""

    assert push(token="") == (401, "")


class _District(BaseHTTPRequestHandler):
    """Shows a picture, and takes messages from the second attempt on."""

    def do_GET(self):
        self._answer(200 if self.path.startswith("/picture") else 404, b"")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append((dict(parse_qsl(urlsplit(self.path).query)), body))
        self._answer(200 if len(self.server.received) > 1 else 500, b"success")

    def _answer(self, status, body):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def district():
    server = ThreadingHTTPServer(("127.0.0.1", 0), _District)
    server.received, server.base = [], f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_the_stand_in_looks_at_a_picture_and_pushes_until_it_is_heard(weixin, wechat, district):
    openid = weixin.session_for(wechat.login_code()).openid
    wechat.control("content", picture="risky", label=20_002, seconds=0)
    wechat.control("clock-speed", factor=1_000)
    wechat.control("message-settings", url="", token=TOKEN, encoding_aes_key=KEY, hold=False)
    wechat.control("person", name="小林")
    sealing = {"token": TOKEN, "encoding_aes_key": KEY}

    def ask(path):
        return weixin.check_picture(
            f"{district.base}/{path}", openid=openid, scene=ContentScene.COMMENT
        )

    traces = [ask("picture.jpg"), ask("gone.jpg")]
    # Nothing is sent before the address is known; this one does not give the text back.
    checked = wechat.control("message-settings", url=f"{district.base}{ADDRESS}", **sealing)
    assert checked == {"address_is_ours": False}
    deadline = time.monotonic() + 20
    while not all(row["taken"] for row in wechat.control("messages")["messages"]):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    again = wechat.control("push-message", number=1)

    assert again["taken"]
    assert [row["trace_id"] for row in wechat.control("messages")["messages"]] == traces
    opened = [json.loads(_opened(body)) for _parameters, body in district.received]
    assert {(row["trace_id"], row.get("errcode"), "result" in row) for row in opened} == {
        (traces[0], 0, True),
        (traces[1], -1008, False),
    }
    assert len(opened) == 4
    wechat.control("message-settings", url="")
    wechat.control("clock-speed", factor=1)


def _opened(body):
    return message_push._decrypt(message_push._encrypted(body))[1]


def test_a_kept_message_that_names_no_picture_is_set_aside_with_its_reason(db):
    push(CHECKED | {"trace_id": None})

    handle_due()

    row = kept().get()
    assert row.handled_at is None
    assert "NoticeRefused" in row.last_error

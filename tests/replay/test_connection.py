"""The replay's connection against a server that misbehaves on purpose: every request is answered exactly once."""

import json
import socket
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from district.replay.connection import ApiConnection, PatientConnection
from district.replay.errors import Interrupted, ServerLost

AT = datetime.fromisoformat("2017-01-02T10:00:00+08:00")


class FaultyServer(ThreadingHTTPServer):
    """Answers in the given moods, one for each request, then kindly."""

    def __init__(self, *moods):
        super().__init__(("127.0.0.1", 0), FaultyHandler)
        self.moods = list(moods)
        self.seen = []
        self.connections = 0
        threading.Thread(target=self.serve_forever, args=[0.01], daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, request, client_address):
        """A client that went away is part of the game."""


class FaultyHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyServer

    def setup(self):
        super().setup()
        self.server.connections += 1

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.seen.append((self.path, dict(self.headers), json.loads(body)))
        mood = self.server.moods.pop(0) if self.server.moods else 201
        if mood == "cut":
            self.close_connection = True
            return
        content = (
            b"<html>" if mood == "html" else json.dumps({"turn": len(self.server.seen)}).encode()
        )
        self.send_response(200 if mood == "html" else mood)
        self.send_header("Content-Length", str(len(content)))
        if mood == 503:
            self.send_header("Retry-After", "0")
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_args):
        pass


@pytest.fixture
def moody():
    servers = []

    def start(*moods):
        servers.append(FaultyServer(*moods))
        return servers[-1]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def post(client):
    return client.ask("POST", "/api/v1/x", token="t", at=AT, key="k1", body={"points": 1})


def test_one_connection_carries_every_request(moody):
    server = moody()
    client = PatientConnection(server.url, threading.Event())

    answers = [post(client).body["turn"] for _turn in range(3)]
    client.close()

    assert answers == [1, 2, 3]
    assert server.connections == 1


def test_a_request_says_who_asks_when_it_happens_and_its_key(moody):
    server = moody()
    client = PatientConnection(server.url + "/district/", threading.Event())

    post(client)
    client.close()

    path, headers, body = server.seen[0]
    assert path == "/district/api/v1/x"
    assert headers["Authorization"] == "Bearer t"
    assert headers["X-Replay-Instant"] == "2017-01-02T10:00:00+08:00"
    assert headers["Idempotency-Key"] == "k1"
    assert body == {"points": 1}


@pytest.mark.parametrize("mood", ["cut", 502, 503, 504, 429])
def test_what_passes_is_waited_out_with_the_same_key(moody, mood):
    server = moody(mood, mood, 201)
    client = PatientConnection(server.url, threading.Event())

    answer = post(client)
    client.close()

    assert (answer.status, answer.body) == (201, {"turn": 3})
    assert [headers["Idempotency-Key"] for _path, headers, _body in server.seen] == ["k1"] * 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 422, 500])
def test_a_refusal_is_an_answer(moody, status):
    server = moody(status)
    client = PatientConnection(server.url, threading.Event())

    answer = post(client)
    client.close()

    assert (answer.status, answer.accepted, len(server.seen)) == (status, False, 1)


def test_an_answer_that_is_no_json_object_is_an_empty_one(moody):
    client = PatientConnection(moody("html").url, threading.Event())

    answer = post(client)
    client.close()

    assert (answer.status, answer.body, answer.code) == (200, {}, "")


def test_an_answer_is_read_though_the_server_hung_up_before_the_whole_body():
    """What is left of the body cannot be sent; who refuses it early has said why."""
    closed = threading.Event()

    def refuse(listener):
        connection, _address = listener.accept()
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 411 Length Required\r\nContent-Length: 2\r\n\r\n{}")
        connection.close()
        closed.set()

    def body():
        yield b"a"
        assert closed.wait(20)
        yield from (b"a" for _part in range(50))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=refuse, args=[listener], daemon=True).start()
        client = ApiConnection(f"http://127.0.0.1:{listener.getsockname()[1]}")
        answer = client.ask("PUT", "/api/v1/x", content=body())
    client.close()

    assert answer.status == 411


def test_a_server_that_stays_away_is_given_up(moody):
    server = moody()
    server.shutdown()
    server.server_close()
    client = PatientConnection(server.url, threading.Event(), patience=0.3)

    with pytest.raises(ServerLost):
        post(client)


def test_waiting_ends_at_once_when_stopped(moody):
    stop = threading.Event()
    client = PatientConnection(moody(*[503] * 10_000).url, stop)
    threading.Timer(0.2, stop.set).start()
    started = time.monotonic()

    with pytest.raises(Interrupted):
        post(client)
    client.close()

    assert time.monotonic() - started < 5

"""What a real web server does with broken requests, and with a broken database."""

import os
import socket
import threading
import time
from typing import Any

import pytest
import requests

from district.kernel import plugin
from tests.kernel.database_outage import database_outage
from tests.kernel.raw_http import HEAD, JSON, send
from tests.servers import WebServer

MIB_10 = 10_000_000


def chunks(size: int) -> list[bytes]:
    piece = b"x" * 65_536
    return [b"%x\r\n%b\r\n" % (len(piece), piece)] * (size // len(piece)) + [b"0\r\n\r\n"]


REQUESTS: dict[str, tuple[int, list[Any]]] = {
    "unknown address": (404, [b"GET /api/v1/nope HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "the bare prefix": (404, [b"GET /api HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "broken percent-encoding": (404, [b"GET /api/v1/%ff%fe%zz% HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "raw UTF-8 in the path": (404, ["GET /api/v1/中文 HTTP/1.1\r\n".encode(), HEAD, b"\r\n"]),
    "dots in the path": (404, [b"GET /api/v1/../../admin/ HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "NUL in the path": (404, [b"GET /api/v1/stores/%00 HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "NUL in the query": (400, [b"GET /api/v1/stores?q=%00 HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "invalid UTF-8 in the query": (
        400,
        [b"GET /api/v1/stores?q=%ff&limit=%ff HTTP/1.1\r\n", HEAD, b"\r\n"],
    ),
    "foreign host": (
        400,
        [b"GET /api/v1/stores HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n"],
    ),
    "broken host": (
        400,
        [b"GET /api/v1/stores HTTP/1.1\r\nHost: a b/\x80\r\nConnection: close\r\n\r\n"],
    ),
    "no host": (400, [b"GET /api/v1/stores HTTP/1.1\r\nConnection: close\r\n\r\n"]),
    "two hosts": (
        400,
        [
            b"GET /api/v1/stores HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil\r\nConnection: close\r\n\r\n"
        ],
    ),
    "unknown method": (405, [b"BREW /api/v1/stores HTTP/1.1\r\n", HEAD, b"\r\n"]),
    "wrong method": (
        405,
        [b"PUT /api/v1/session HTTP/1.1\r\n", HEAD, b"Content-Length: 0\r\n\r\n"],
    ),
    "wrong content type": (
        415,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            HEAD,
            b"Content-Type: text/xml\r\nContent-Length: 4\r\n\r\n<a/>",
        ],
    ),
    "no content type": (
        415,
        [b"POST /api/v1/session HTTP/1.1\r\n", HEAD, b"Content-Length: 2\r\n\r\n{}"],
    ),
    "no body": (400, [b"POST /api/v1/session HTTP/1.1\r\n", JSON, b"Content-Length: 0\r\n\r\n"]),
    "10 MB announced and sent": (
        413,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            JSON,
            b"Content-Length: %d\r\n\r\n" % MIB_10,
            [b"x" * 65_536] * 160,
        ],
    ),
    "10 MB announced only": (
        413,
        [b"POST /api/v1/session HTTP/1.1\r\n", JSON, b"Content-Length: %d\r\n\r\n" % MIB_10],
    ),
    "10 MB in chunks": (
        411,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            JSON,
            b"Transfer-Encoding: chunked\r\n\r\n",
            chunks(MIB_10),
        ],
    ),
    "little in chunks": (
        411,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            JSON,
            b"Transfer-Encoding: chunked\r\n\r\n",
            chunks(0),
        ],
    ),
    "10 MB to an unknown address": (
        413,
        [b"POST /api/v1/nope HTTP/1.1\r\n", JSON, b"Content-Length: %d\r\n\r\n" % MIB_10],
    ),
    "invalid UTF-8": (
        400,
        [b"POST /api/v1/session HTTP/1.1\r\n", JSON, b'Content-Length: 12\r\n\r\n{"code":"\xff"}'],
    ),
    "100k brackets": (
        400,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            JSON,
            b"Content-Length: 100000\r\n\r\n",
            b"[" * 100_000,
        ],
    ),
    "5000 digits": (
        400,
        [b"POST /api/v1/session HTTP/1.1\r\n", JSON, b"Content-Length: 5000\r\n\r\n", b"1" * 5000],
    ),
    "NaN": (
        400,
        [b"POST /api/v1/session HTTP/1.1\r\n", JSON, b'Content-Length: 12\r\n\r\n{"code":NaN}'],
    ),
    "lone surrogate": (
        400,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            JSON,
            b'Content-Length: 17\r\n\r\n{"code":"\\ud800"}',
        ],
    ),
    "NUL in a text": (
        400,
        [
            b"POST /api/v1/session HTTP/1.1\r\n",
            JSON,
            b'Content-Length: 17\r\n\r\n{"code":"\\u0000"}',
        ],
    ),
    "HEAD has no body": (404, [b"HEAD /api/v1/nope HTTP/1.1\r\n", HEAD, b"\r\n"]),
}


@pytest.fixture(scope="module")
def server(databases, tmp_path_factory, django_db_blocker):
    """One server for all of them: they write nothing."""
    folder = tmp_path_factory.mktemp("server")
    name = databases.clone()
    web = WebServer(
        env={
            **os.environ,
            "DATABASE_URL": databases.url_of(name),
            "DISTRICT_DATA_DIR": str(folder),
        },
        folder=folder,
    )
    web.start()
    yield web
    web.stop()
    databases.drop(name)


@pytest.mark.parametrize("name", REQUESTS)
def test_a_broken_request_gets_its_problem(server, name):
    status, parts = REQUESTS[name]

    answer = send(server.port, *parts)

    assert answer.status == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    if not parts[0].startswith(b"HEAD"):
        assert answer.problem["title"]


@pytest.mark.parametrize(
    ("request_line", "statuses"),
    [
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", {400}),
        (b"GET /api/v1/" + b"a" * 100_000 + b" HTTP/1.1\r\n" + HEAD + b"\r\n", {414, 431}),
        (b"POST /api/v1/session HTTP/1.1\r\n" + JSON + b"Content-Length: -5\r\n\r\n{}", {400}),
        (
            b"POST /api/v1/session HTTP/1.1\r\n"
            + JSON
            + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
            {400},
        ),
        (
            b"GET /api/v1/stores HTTP/1.1\r\n" + HEAD + b"X: " + b"a" * 1_000_000 + b"\r\n\r\n",
            {431, 400},
        ),
    ],
    ids=["no HTTP", "endless address", "negative length", "two lengths", "endless header"],
)
def test_what_is_no_request_ends_at_the_server_without_html(server, request_line, statuses):
    answer = send(server.port, request_line)

    assert answer.status in statuses
    assert answer.body == b""


def test_a_body_cut_off_in_the_middle_holds_no_thread_and_is_no_error(server):
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            connection.sendall(
                b"POST /api/v1/session HTTP/1.1\r\n" + JSON + b"Content-Length: 1000\r\n\r\n{"
            )

    assert requests.get(f"{server.base_url}/readyz", timeout=5).status_code == 200
    assert [line for line in server.log_text().splitlines() if '"status": 500' in line] == []


def test_a_caller_cannot_choose_the_address_it_is_counted_by(real_db, tmp_path):
    web = WebServer(env={**real_db.env, "DISTRICT_TRUSTED_PROXIES": "1"}, folder=tmp_path)
    web.start()

    def sign_in(by_caller: str, by_our_proxy: str) -> int:
        # The proxy appends a header of its own to what the caller wrote.
        head = f"X-Forwarded-For: {by_caller}\r\nX-Forwarded-For: {by_our_proxy}\r\nContent-Length: 2\r\n\r\n{{}}"
        return send(web.port, b"POST /api/v1/session HTTP/1.1\r\n", JSON, head.encode()).status

    times, _ = plugin.rate_limits()["sign_in_address"]
    try:
        statuses = [sign_in(f"10.{n // 250}.0.{n % 250}", "203.0.113.9") for n in range(2 * times)]
        assert set(statuses) == {400, 429}
        assert statuses[-1] == 429
        assert sign_in("203.0.113.9", "198.51.100.7") == 400
    finally:
        web.stop()


def test_without_its_database_the_server_says_so_and_recovers_by_itself(web, real_db):
    url = f"{web.base_url}/api/v1/stores"
    assert requests.get(url, timeout=10).status_code == 200

    with database_outage(real_db):
        for _ in range(20):  # every thread has lost its connection
            lost = requests.get(url, timeout=10)
            assert lost.status_code == 503
            assert lost.headers["Retry-After"] == "2"
            assert lost.headers["Content-Type"] == "application/problem+json"
            assert lost.json()["code"] == "service_unavailable"
        assert requests.get(f"{web.base_url}/readyz", timeout=10).json()["causes"] == {
            "database": "cannot reach PostgreSQL"
        }
        assert requests.get(f"{web.base_url}/livez", timeout=10).status_code == 200
        page = requests.get(f"{web.base_url}/admin/", timeout=10, cookies={"sessionid": "x" * 32})
        assert page.status_code == 503
        assert page.headers["Retry-After"] == "2"

    assert [requests.get(url, timeout=10).status_code for _ in range(20)] == [200] * 20


@pytest.mark.kill
def test_a_killed_postgresql_costs_requests_and_no_error(web, durable_db, durable_cluster):
    url = f"{web.base_url}/api/v1/stores"
    statuses: list[int] = []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            answer = requests.get(url, timeout=30)
            statuses.append(answer.status_code)
            assert answer.headers["Content-Type"].startswith(
                ("application/json", "application/problem+json")
            )

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    time.sleep(0.5)
    durable_cluster.kill9()
    time.sleep(0.2)
    deadline = time.monotonic() + 30
    while statuses[-20:] != [200] * 20 and time.monotonic() < deadline:
        time.sleep(0.1)
    stop.set()
    for thread in asking:
        thread.join()

    assert set(statuses) == {200, 503}
    assert statuses[-20:] == [200] * 20


def test_the_log_of_a_server_is_json_and_names_no_path(server):
    send(server.port, b"GET /api/v1/stores/13812341234?q=13812341234 HTTP/1.1\r\n", HEAD, b"\r\n")

    log_text = server.log_text()
    assert "13812341234" not in log_text
    assert '"route": "api/v1/stores/<str:id>"' in log_text

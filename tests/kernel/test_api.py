"""What all views share: caching, policies, the docs page and the replay clock."""

import json
import re

import pytest
from django.test import Client, RequestFactory
from rest_framework.request import Request

from district.kernel import clock
from district.kernel.http.api import cacheable

pytestmark = pytest.mark.django_db

DATA = {"results": [{"name": "茶"}], "next": None}


def cached(data: object = DATA, **headers: str):
    return cacheable(Request(RequestFactory().get("/", headers=headers)), data, seconds=30)


def test_a_public_answer_has_a_mark_of_its_content():
    first = cached()

    assert first.status_code == 200
    assert first.headers["Cache-Control"] == "public, max-age=30"
    assert re.fullmatch(r'"[0-9a-f]{32}"', first.headers["ETag"])
    assert cached().headers["ETag"] == first.headers["ETag"]
    assert cached({"results": [], "next": None}).headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("form", ["{}", "W/{}", '"other", {}', '"other",W/{}', "*"])
def test_who_holds_the_same_content_gets_no_second_copy(form):
    mark = cached().headers["ETag"]

    again = cached(**{"If-None-Match": form.format(mark)})

    assert (again.status_code, again.data) == (304, None)
    assert again.headers["ETag"] == mark


@pytest.mark.parametrize("held", ["", '"other"', "rubbish", '""'])
def test_who_holds_something_else_gets_the_content(held):
    assert cached(**{"If-None-Match": held}).status_code == 200


def test_a_304_leaves_the_server_without_a_body():
    mark = Client().get("/api/v1/trades").headers["ETag"]

    again = Client().get("/api/v1/trades", headers={"If-None-Match": mark})

    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("path", ["/api/v1/me", "/api/v1/nope", "/api/v1/stores?limit=0"])
def test_what_is_not_public_is_kept_by_no_cache(path):
    assert Client().get(path).headers["Cache-Control"] == "no-store"


def test_every_answer_says_what_it_may_load():
    for path in ("/api/v1/trades", "/api/v1/me", "/api/v1/docs", "/admin/login/", "/nope"):
        policy = Client().get(path).headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert "http:" not in policy
        assert "https:" not in policy


def test_the_docs_page_loads_nothing_from_elsewhere_and_runs_no_inline_script():
    page = Client().get("/api/v1/docs")

    assert page.status_code == 200
    html = page.content.decode()
    assert re.findall(r'(?:src|href)="(?:https?:)?//[^"]+"', html) == []
    assert [
        body for body in re.findall(r"<script[^>]*>(.*?)</script>", html, re.S) if body.strip()
    ] == []
    assert "script-src 'self';" in page.headers["Content-Security-Policy"]


def test_the_docs_page_is_served_whatever_the_browser_accepts():
    for accept in ("text/html", "*/*", "application/json", "image/webp"):
        assert Client().get("/api/v1/docs", headers={"Accept": accept}).status_code == 200


def test_the_contract_is_the_committed_file(settings):
    answer = Client().get("/api/v1/openapi.json")

    contract = json.loads(answer.getvalue())
    assert contract == json.loads((settings.GENERATED_DOCS / "openapi.json").read_text())
    assert contract["openapi"].startswith("3.1")


# --- the replay clock


@pytest.fixture
def clock_client(settings):
    """What time a view sees when a request says it happens at another."""
    settings.ROOT_URLCONF = "tests.kernel.time_urls"

    def ask(**headers: str):
        return Client().get("/api/v1/time", headers=headers)

    return ask


def test_in_replay_mode_a_header_says_when_a_request_happens(clock_client, settings):
    settings.REPLAY = True

    body = clock_client(**{clock.REPLAY_HEADER: "2017-05-01T04:00:00Z"}).json()

    assert body["now"] == "2017-05-01T12:00:00+08:00"
    assert body["real"] > "2026"
    assert clock_client().json()["now"] > "2026"


def test_in_every_other_mode_the_header_is_ignored(clock_client):
    for text in ("2017-05-01T04:00:00Z", "rubbish"):
        assert clock_client(**{clock.REPLAY_HEADER: text}).json()["now"] > "2026"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "rubbish",
        "2017-05-01",
        "2017-05-01T04:00:00",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00Z",
    ],
)
def test_a_header_that_is_no_instant_is_refused(clock_client, settings, text):
    settings.REPLAY = True

    answer = clock_client(**{clock.REPLAY_HEADER: text})

    assert answer.status_code == 400
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json()["detail"] == "X-Replay-Instant"

"""Below /api everything that goes wrong is an RFC 9457 problem."""

import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

from tests.kernel.probe_client import problem

pytestmark = pytest.mark.django_db


def test_a_refusal_leaves_with_its_words_and_facts(probes):
    answer = probes.get("/api/v1/broken/refusal")

    assert answer.status_code == 409
    assert problem(answer) == {
        "code": "tea_sold_out",
        "title": "茶已售罄",
        "detail": "还剩 0 杯。",
        "left": 0,
    }


@pytest.mark.parametrize("where", ["broken", "plain"])
@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ("throttled", (429, "too_many_requests", {"Retry-After": "4"})),
        ("denied", (403, "not_allowed", {})),
        ("gone", (404, "not_found", {})),
        ("suspicious", (400, "invalid_request", {})),
        ("bug", (500, "server_error", {})),
        ("database-bug", (500, "server_error", {})),
        ("database-gone", (503, "service_unavailable", {"Retry-After": "2"})),
        ("connection-gone", (503, "service_unavailable", {"Retry-After": "2"})),
        ("read-only", (503, "service_unavailable", {"Retry-After": "2"})),
    ],
)
def test_what_frameworks_and_bugs_raise_is_worded_too(probes, where, how, expected):
    status, code, headers = expected

    answer = probes.get(f"/api/v1/{where}/{how}")

    assert answer.status_code == status
    assert problem(answer)["code"] == code
    assert {name: answer.headers[name] for name in headers} == headers
    assert "13812341234" not in answer.content.decode()


def test_a_refusal_to_wait_says_how_long(probes):
    answer = probes.get("/api/v1/broken/busy")

    assert problem(answer)["code"] == "too_many_requests"
    assert answer.headers["Retry-After"] == "7"


def test_what_a_framework_answers_in_html_leaves_as_a_problem(probes):
    assert problem(probes.get("/api/v1/html")) == {"code": "refused", "title": "请求被拒绝"}


def test_nothing_below_api_redirects(probes, settings):
    answer = probes.get("/api/v1/elsewhere")

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    settings.SECURE_SSL_REDIRECT = True
    assert problem(Client().get("/api/v1/orders"))["code"] == "invalid_request"


@pytest.mark.parametrize("middleware", ["tests.kernel.test_problems.LosesTheDatabase"])
def test_a_database_lost_in_a_middleware_is_unavailable_too(settings, middleware):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    probes = Client(raise_request_exception=False)

    answer = probes.get("/api/v1/orders")
    assert answer.status_code == 503
    assert problem(answer)["code"] == "service_unavailable"
    assert answer.headers["Retry-After"] == "2"
    page = probes.get("/pages/orders")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"


class LosesTheDatabase:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        raise OperationalError


def test_outside_of_the_api_a_lost_database_is_a_sentence_for_a_person(probes):
    page = probes.get("/pages/plain/database-gone")

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "2"
    assert page.content.decode() == "服务暂时不可用。请稍后重试。"


@pytest.mark.parametrize("path", ["/pages/plain/bug", "/api/v1/plain/bug", "/api/v1/broken/bug"])
def test_a_bug_is_logged_once_wherever_it_is(probes, path, caplog):
    with caplog.at_level(logging.ERROR, logger="district.problems"):
        assert probes.get(path).status_code == 500

    assert [record.message for record in caplog.records if record.name == "district.problems"] == [
        "unexpected error"
    ]
    assert caplog.records[0].exc_info[0] is KeyError


def test_an_answer_after_a_failure_does_not_keep_the_connection_broken(probes):
    probes.get("/api/v1/broken/database-gone")

    with connection.cursor() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)

"""Below /api everything that goes wrong is an RFC 9457 problem."""

import json
import logging

import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def probes(settings):
    settings.ROOT_URLCONF = "tests.kernel.probe_urls"
    return settings


@pytest.fixture
def client():
    # As a server answers: an exception is no test failure but a 500.
    return Client(raise_request_exception=False)


def problem(answer) -> dict[str, object]:
    """The problem's members, once its form is right."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    body = json.loads(answer.content)
    assert body["status"] == answer.status_code
    assert body["type"] == f"tag:smart-district,2026:problem/{body['code']}"
    return {name: value for name, value in body.items() if name not in {"type", "status"}}


def test_a_refusal_leaves_with_its_words_and_facts(client):
    answer = client.get("/api/v1/broken/refusal")

    assert answer.status_code == 409
    assert problem(answer) == {"code": "tea_sold_out", "title": "茶已售罄", "detail": "还剩 0 杯。", "left": 0}


@pytest.mark.parametrize("where", ["broken", "plain"])
@pytest.mark.parametrize(
    ("how", "status", "code", "headers"),
    [
        ("throttled", 429, "too_many_requests", {"Retry-After": "4"}),
        ("denied", 403, "not_allowed", {}),
        ("gone", 404, "not_found", {}),
        ("suspicious", 400, "invalid_request", {}),
        ("bug", 500, "server_error", {}),
        ("database-bug", 500, "server_error", {}),
        ("database-gone", 503, "service_unavailable", {"Retry-After": "2"}),
        ("connection-gone", 503, "service_unavailable", {"Retry-After": "2"}),
        ("read-only", 503, "service_unavailable", {"Retry-After": "2"}),
    ],
)
def test_what_frameworks_and_bugs_raise_is_worded_too(client, where, how, status, code, headers):
    answer = client.get(f"/api/v1/{where}/{how}")

    assert answer.status_code == status
    assert problem(answer)["code"] == code
    assert {name: answer.headers[name] for name in headers} == headers
    assert "13812341234" not in answer.content.decode()


def test_a_refusal_to_wait_says_how_long(client):
    answer = client.get("/api/v1/broken/busy")

    assert problem(answer)["code"] == "too_many_requests"
    assert answer.headers["Retry-After"] == "7"


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/v1", "/api/v1/", "/api/v1/nope", "/api/v2/me", "/%61pi/v1/x", "/api/v1/%F0%9F%8D%B5", "/api/v1/%ff%fe", "/api/v1/%zz", "/api//v1/me", "/api/v1/me/"])
def test_an_unknown_address_is_not_found(client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert problem(answer) == {"code": "not_found", "title": "没有找到"}


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_wrong_method_is_told_which_ones_there_are(client, method):
    answer = getattr(client, method)("/api/v1/orders")

    assert answer.status_code == 405
    assert problem(answer) == {"code": "method_not_allowed", "title": "不支持此方法"}
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/docs"])
def test_the_contract_and_its_page_are_only_read(client, path):
    answer = client.post(path)

    assert problem(answer)["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_wrong_method_is_named_before_anybody_is_asked_to_sign_in(client):
    assert client.put("/api/v1/me").status_code == 405
    assert client.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/jsonx", "*/*", "", "\x00"])
def test_another_content_type_is_refused(client, kind):
    answer = client.generic("POST", "/api/v1/orders", b'{"name": "tea", "lines": []}', content_type=kind or "-")

    assert answer.status_code == 415
    assert problem(answer)["code"] == "unsupported_media_type"


@pytest.mark.parametrize("kind", ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8", "application/json;charset=gbk"])
def test_json_is_json_whatever_its_charset_claims(client, kind):
    answer = client.generic("POST", "/api/v1/orders", '{"name": "茶", "lines": []}'.encode(), content_type=kind)

    assert (answer.status_code, answer.json()) == (201, {"name": "茶", "lines": []})


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "rubbish", "", "*/*;q=0"])
def test_the_answer_is_json_whatever_the_caller_accepts(client, accept):
    answer = client.get("/api/v1/orders", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[" * 100_000, b'{"name": NaN}', b"1" * 5000, rb'{"name": "\ud800"}'])
def test_a_body_that_is_no_json_is_told_so(client, body):
    answer = client.generic("POST", "/api/v1/orders", body, content_type="application/json")

    assert answer.status_code == 400
    assert problem(answer) == {
        "code": "invalid_request",
        "title": "请求内容有误",
        "detail": "请求体不是有效的 JSON（UTF-8）。",
    }


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'"tea"', b"1", b"true", b'{"name": "a\\u0000b", "lines": []}', b'{"name": {}, "lines": 1}'])
def test_a_body_of_another_shape_is_told_which_fields_are_wrong(client, body):
    answer = client.generic("POST", "/api/v1/orders", body, content_type="application/json")

    assert answer.status_code == 400
    told = problem(answer)
    assert told["code"] == "invalid_request"
    assert all(set(error) == {"field", "code", "message"} for error in told["errors"])
    assert told["errors"]


def test_errors_name_the_place_of_a_field(client):
    body = json.dumps({"lines": [{"points": 1}, {"points": "x"}, {}]})

    answer = client.generic("POST", "/api/v1/orders", body, content_type="application/json")

    assert [(error["field"], error["code"]) for error in problem(answer)["errors"]] == [
        ("name", "required"),
        ("lines[1].points", "invalid"),
        ("lines[2].points", "required"),
    ]


def test_a_body_larger_than_the_limit_is_refused_unread(client, settings):
    settings.BODY_LIMIT = 1000

    answer = client.generic("POST", "/api/v1/orders", b"x" * 1001, content_type="application/json")

    assert answer.status_code == 413
    assert problem(answer)["code"] == "body_too_large"
    fitting = client.generic("POST", "/api/v1/orders", b" " * 1000, content_type="application/json")
    assert fitting.status_code == 400


@pytest.mark.parametrize("length", ["1e9", "-5", "0x10", "９", "rubbish", "9" * 5000])
def test_a_nonsensical_length_is_no_accident(client, length):
    answer = client.generic("POST", "/api/v1/orders", b"", content_type="application/json", CONTENT_LENGTH=length)

    assert answer.status_code in {400, 413, 415}
    problem(answer)


def test_a_body_of_unknown_length_is_refused(client):
    answer = client.post("/api/v1/orders", headers={"Transfer-Encoding": "chunked"})

    assert answer.status_code == 411
    assert problem(answer)["code"] == "length_required"


@pytest.mark.parametrize(("path", "status"), [("/api/v1/orders%00", 404), ("/api/v1/%00", 404), ("/api/v1/orders?a=%00", 400), ("/api/v1/orders?%00=a", 400)])
def test_nul_in_an_address_never_reaches_the_database(client, path, status):
    answer = client.get(path)

    assert answer.status_code == status
    problem(answer)


def test_too_many_parameters_are_refused(client):
    answer = client.get("/api/v1/stores?" + "&".join(f"a{n}=1" for n in range(1_500)))

    assert answer.status_code == 400
    problem(answer)


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1", "", "127.0.0.1,evil", "\x80"])
def test_a_foreign_or_broken_host_is_refused(client, host):
    answer = client.get("/api/v1/orders", headers={"Host": host})

    assert answer.status_code == 400
    assert problem(answer)["code"] == "invalid_request"


def test_what_a_framework_answers_in_html_leaves_as_a_problem(client):
    assert problem(client.get("/api/v1/html")) == {"code": "refused", "title": "请求被拒绝"}


def test_nothing_below_api_redirects(client, settings):
    answer = client.get("/api/v1/elsewhere")

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    settings.SECURE_SSL_REDIRECT = True
    assert problem(Client().get("/api/v1/orders"))["code"] == "invalid_request"


@pytest.mark.parametrize("middleware", ["tests.kernel.test_problems.LosesTheDatabase"])
def test_a_database_lost_in_a_middleware_is_unavailable_too(settings, middleware):
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, middleware]
    client = Client(raise_request_exception=False)

    answer = client.get("/api/v1/orders")
    assert answer.status_code == 503
    assert problem(answer)["code"] == "service_unavailable"
    assert answer.headers["Retry-After"] == "2"
    page = client.get("/pages/orders")
    assert (page.status_code, page.headers["Retry-After"]) == (503, "2")
    assert page.headers["Content-Type"] == "text/plain; charset=utf-8"


class LosesTheDatabase:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        self.get_response(request)
        raise OperationalError


def test_outside_of_the_api_a_lost_database_is_a_sentence_for_a_person(client):
    page = client.get("/pages/plain/database-gone")

    assert page.status_code == 503
    assert page.headers["Retry-After"] == "2"
    assert page.content.decode() == "服务暂时不可用。请稍后重试。"


@pytest.mark.parametrize("path", ["/pages/plain/bug", "/api/v1/plain/bug", "/api/v1/broken/bug"])
def test_a_bug_is_logged_once_wherever_it_is(client, path, caplog):
    with caplog.at_level(logging.ERROR, logger="district.problems"):
        assert client.get(path).status_code == 500

    assert [record.message for record in caplog.records if record.name == "district.problems"] == ["unexpected error"]
    assert caplog.records[0].exc_info[0] is KeyError


def test_an_answer_after_a_failure_does_not_keep_the_connection_broken(client):
    client.get("/api/v1/broken/database-gone")

    with connection.cursor() as cursor:
        cursor.execute("select 1")
        assert cursor.fetchone() == (1,)

"""Below /api a request that no view should see gets its problem."""

import json

import pytest

from tests.kernel.probe_client import problem

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/",
        "/api/v1",
        "/api/v1/",
        "/api/v1/nope",
        "/api/v2/me",
        "/%61pi/v1/x",
        "/api/v1/%F0%9F%8D%B5",
        "/api/v1/%ff%fe",
        "/api/v1/%zz",
        "/api//v1/me",
        "/api/v1/me/",
    ],
)
def test_an_unknown_address_is_not_found(probes, path):
    answer = probes.get(path)

    assert answer.status_code == 404
    assert problem(answer) == {"code": "not_found", "title": "没有找到"}


@pytest.mark.parametrize("method", ["put", "patch", "delete", "options", "trace"])
def test_a_wrong_method_is_told_which_ones_there_are(probes, method):
    answer = getattr(probes, method)("/api/v1/orders")

    assert answer.status_code == 405
    assert problem(answer) == {"code": "method_not_allowed", "title": "不支持此方法"}
    assert answer.headers["Allow"] == "GET, HEAD, POST"


@pytest.mark.parametrize("path", ["/api/v1/openapi.json", "/api/v1/docs"])
def test_the_contract_and_its_page_are_only_read(probes, path):
    answer = probes.post(path)

    assert problem(answer)["code"] == "method_not_allowed"
    assert answer.headers["Allow"] == "GET, HEAD"


def test_a_wrong_method_is_named_before_anybody_is_asked_to_sign_in(probes):
    assert probes.put("/api/v1/me").status_code == 405
    assert probes.get("/api/v1/me").status_code == 401


@pytest.mark.parametrize(
    "kind",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "*/*",
        "",
        "\x00",
    ],
)
def test_another_content_type_is_refused(probes, kind):
    answer = probes.generic(
        "POST", "/api/v1/orders", b'{"name": "tea", "lines": []}', content_type=kind or "-"
    )

    assert answer.status_code == 415
    assert problem(answer)["code"] == "unsupported_media_type"


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=gbk",
    ],
)
def test_json_is_json_whatever_its_charset_claims(probes, kind):
    answer = probes.generic(
        "POST", "/api/v1/orders", '{"name": "茶", "lines": []}'.encode(), content_type=kind
    )

    assert (answer.status_code, answer.json()) == (201, {"name": "茶", "lines": []})


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "rubbish", "", "*/*;q=0"])
def test_the_answer_is_json_whatever_the_caller_accepts(probes, accept):
    answer = probes.get("/api/v1/orders", headers={"Accept": accept})

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")


@pytest.mark.parametrize(
    "body", [b"{", b"\xff", b"[" * 100_000, b'{"name": NaN}', b"1" * 5000, rb'{"name": "\ud800"}']
)
def test_a_body_that_is_no_json_is_told_so(probes, body):
    answer = probes.generic("POST", "/api/v1/orders", body, content_type="application/json")

    assert answer.status_code == 400
    assert problem(answer) == {
        "code": "invalid_request",
        "title": "请求内容有误",
        "detail": "请求体不是有效的 JSON（UTF-8）。",
    }


@pytest.mark.parametrize(
    "body",
    [
        b"[]",
        b"null",
        b'"tea"',
        b"1",
        b"true",
        b'{"name": "a\\u0000b", "lines": []}',
        b'{"name": {}, "lines": 1}',
    ],
)
def test_a_body_of_another_shape_is_told_which_fields_are_wrong(probes, body):
    answer = probes.generic("POST", "/api/v1/orders", body, content_type="application/json")

    assert answer.status_code == 400
    document = problem(answer)
    assert document["code"] == "invalid_request"
    assert all(set(error) == {"field", "code", "message"} for error in document["errors"])
    assert document["errors"]


def test_errors_name_the_place_of_a_field(probes):
    body = json.dumps({"lines": [{"points": 1}, {"points": "x"}, {}]})

    answer = probes.generic("POST", "/api/v1/orders", body, content_type="application/json")

    assert [(error["field"], error["code"]) for error in problem(answer)["errors"]] == [
        ("name", "required"),
        ("lines[1].points", "invalid"),
        ("lines[2].points", "required"),
    ]


def test_a_body_larger_than_the_limit_is_refused_unread(probes, settings):
    settings.BODY_LIMIT = 1000

    answer = probes.generic("POST", "/api/v1/orders", b"x" * 1001, content_type="application/json")

    assert answer.status_code == 413
    assert problem(answer)["code"] == "body_too_large"
    fitting = probes.generic("POST", "/api/v1/orders", b" " * 1000, content_type="application/json")
    assert fitting.status_code == 400


@pytest.mark.parametrize("length", ["1e9", "-5", "0x10", "９", "rubbish", "9" * 5000])
def test_a_nonsensical_length_is_no_accident(probes, length):
    answer = probes.generic(
        "POST", "/api/v1/orders", b"", content_type="application/json", CONTENT_LENGTH=length
    )

    assert answer.status_code in {400, 413, 415}
    problem(answer)


def test_a_body_of_unknown_length_is_refused(probes):
    answer = probes.post("/api/v1/orders", headers={"Transfer-Encoding": "chunked"})

    assert answer.status_code == 411
    assert problem(answer)["code"] == "length_required"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/named/a%00", 404),
        ("/api/v1/%00", 404),
        ("/api/v1/orders?a=%00", 400),
        ("/api/v1/orders?%00=a", 400),
    ],
)
def test_nul_in_an_address_never_reaches_the_database(probes, path, status):
    answer = probes.get(path)

    assert answer.status_code == status
    problem(answer)


def test_too_many_parameters_are_refused(probes):
    answer = probes.get("/api/v1/stores?" + "&".join(f"a{n}=1" for n in range(1_500)))

    assert answer.status_code == 400
    problem(answer)


@pytest.mark.parametrize("host", ["evil.example", "a b", "[::1", "", "127.0.0.1,evil", "\x80"])
def test_a_foreign_or_broken_host_is_refused(probes, host):
    answer = probes.get("/api/v1/orders", headers={"Host": host})

    assert answer.status_code == 400
    assert problem(answer)["code"] == "invalid_request"

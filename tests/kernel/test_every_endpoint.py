"""Bad input at every endpoint of the contract: the right problem, and nothing written."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.factories.members import PASSWORD, make_operator
from tests.kernel.contract_requests import (
    BY_NAME,
    CONTRACT,
    KEYED,
    NAME,
    OPERATIONS,
    SECURED,
    WRITES,
)

pytestmark = pytest.mark.django_db


def problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.headers["Content-Type"]) == (
        status,
        "application/problem+json",
    )
    body: dict[str, Any] = answer.json()
    assert (body["code"], body["status"]) == (code, status)
    return body


@contextmanager
def about(name: str) -> Iterator[None]:
    """One scene serves all operations that refuse; a failure says which did not."""
    try:
        yield
    except BaseException as error:
        error.add_note(f"of {name}")
        raise


def test_the_scene_covers_every_endpoint(contract_requests):
    assert set(contract_requests.bodies) == set(WRITES)
    assert len(SECURED) >= 12


@pytest.mark.parametrize("name", [name for name in KEYED if name != "bind_my_phone"])
def test_the_right_request_is_served_and_repeated(contract_requests, name):
    first = contract_requests.call(name)
    assert first.status_code in {200, 201}, first.content
    assert contract_requests.call(name).content == first.content


TOKENS = {
    "none": None,
    "empty": "",
    "no scheme": "tk_aaaaaaaa_bbbbbbbb",
    "another scheme": "Basic dXNlcjpwYXNz",
    "no token": "Bearer ",
    "rubbish": "Bearer rubbish",
    "till key of nobody": "Bearer tk_aaaaaaaaaaaa_" + "b" * 43,
    "shopper's token of nobody": "Bearer sht_" + "b" * 43,
    "SQL": "Bearer ' or 1=1 --",
    "NUL": "Bearer tk_\x00_\x00",
    "not ASCII": "Bearer tk_é_é",
    "a card code": "Bearer AFUZ7D2S4K6Q3TQJ5MZP2AWB7HNCXGE4LVR3YD5KQ6T2",
    "endless": "Bearer tk_" + "a" * 7_000,
}


def test_a_stranger_is_told_to_sign_in(contract_requests, unchanged):
    for name in SECURED:
        with about(name):
            scheme = next(iter(BY_NAME[name][2]["security"][0]))
            code = {"tillKey": "till_key_invalid", "shopper": "sign_in_again"}[scheme]

            for token in TOKENS.values():
                answer = contract_requests.call(name, Authorization=token)
                problem(answer, 401, code)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_of_the_other_kind_opens_nothing(contract_requests, unchanged):
    for name in SECURED:
        with about(name):
            scheme = next(iter(BY_NAME[name][2]["security"][0]))
            other = {"tillKey": "shopper", "shopper": "tillKey"}[scheme]

            assert (
                contract_requests.call(
                    name, Authorization=f"Bearer {contract_requests.tokens[other]}"
                ).status_code
                == 401
            )
            assert (
                contract_requests.call(
                    name, Authorization=f"Bearer {contract_requests.tokens[scheme]}x"
                ).status_code
                == 401
            )
            assert (
                contract_requests.call(
                    name, Authorization=f"Bearer {contract_requests.tokens[scheme][:-1]}"
                ).status_code
                == 401
            )


def test_the_session_of_the_admin_opens_nothing(contract_requests):
    make_operator()
    browser = Client()
    assert browser.login(username="yunying", password=PASSWORD)

    for name in SECURED:
        method, path, _ = BY_NAME[name]
        answer = browser.generic(
            method, NAME.sub("x", path), b"{}", content_type="application/json"
        )
        assert answer.status_code == 401


NOT_JSON = {
    "nothing": b"",
    "cut off": b"{",
    "not UTF-8": b'{"code": "\xff\xfe"}',
    "deep": b"[" * 100_000,
    "deep objects": b'{"a":' * 100_000,
    "NaN": b'{"points": NaN}',
    "5000 digits": b'{"points": ' + b"1" * 5_000 + b"}",
    "surrogate": rb'{"reason": "\ud800", "code": "\ud800", "nickname": "\ud800"}',
    "null": b"null",
    "list": b"[]",
    "text": b'"text"',
    "number": b"1",
    "nested": b"[" * 500 + b"]" * 500,
}


def test_a_body_of_another_form_is_refused(contract_requests, unchanged):
    for name in WRITES:
        with about(name):
            for body in NOT_JSON.values():
                problem(contract_requests.call(name, raw=body), 400, "invalid_request")


def test_another_content_type_or_a_huge_body_is_refused(contract_requests, unchanged):
    for name in WRITES:
        with about(name):
            problem(
                contract_requests.call(name, **{"Content-Type": "text/xml"}),
                415,
                "unsupported_media_type",
            )
            problem(
                contract_requests.call(name, raw=b" " * (settings.BODY_LIMIT + 1)),
                413,
                "body_too_large",
            )


def test_a_write_without_a_readable_key_is_refused(contract_requests, unchanged):
    for name in KEYED:
        with about(name):
            for key in (None, "", " ", "a b", "键", "k" * 256, "k\x00"):
                problem(
                    contract_requests.call(name, **{"Idempotency-Key": key}),
                    400,
                    "idempotency_key_missing",
                )


BAD = {
    "null": None,
    "true": True,
    "float": 1.5,
    "negative": -1,
    "2^63": 2**63,
    "4000 digits": 10**4000,
    "empty": "",
    "blank": "   ",
    "NUL": "a\0b",
    "line feed": "a\nb",
    "long": "x" * 10_000,
    "list": [],
    "object": {"a": 1},
    "nested": [[[[["x"]]]]],
    "SQL": "'; drop table loyalty_transfer; --",
}
# Words a person may write, and a value that takes something away.
RIGHT = {
    ("change_my_profile", "birthday", "null"),
    ("reverse_transfer", "reason", "SQL"),
    ("open_batch", "name", "SQL"),
    ("reverse_redemption", "reason", "SQL"),
    ("check_coupons", "codes", "list"),
    ("preview_coupon_refund", "lines", "list"),
    ("refund_coupon_bill", "lines", "list"),
    *product(
        ("preview_whole_bill_refund", "refund_whole_bill"), ("lines", "request_nos"), ("list",)
    ),
}
# Of these only WeChat, or the signature of a code, can tell that they are wrong.
ASKED_ELSEWHERE = {(name, "code", "SQL") for name in ("sign_in", "bind_my_phone", "look_up_member")}


def fields_of(schema: dict[str, Any]) -> set[str]:
    """The names of a form, also where it is one of several."""
    if "$ref" in schema:
        return fields_of(CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    parts = [*schema.get("oneOf", []), *schema.get("anyOf", []), *schema.get("allOf", [])]
    return set(schema.get("properties", {})).union(*map(fields_of, parts))


FIELDS = {
    name: sorted(
        fields_of(BY_NAME[name][2]["requestBody"]["content"]["application/json"]["schema"])
    )
    for name in WRITES
}


@pytest.mark.parametrize("name", WRITES)
def test_a_wrong_value_is_refused_by_the_name_of_its_field(contract_requests, unchanged, name):
    for field, (kind, value) in product(FIELDS[name], BAD.items()):
        if (name, field, kind) in RIGHT:
            continue
        answer = contract_requests.call(name, contract_requests.bodies[name] | {field: value})
        if (name, field, kind) in ASKED_ELSEWHERE:
            assert answer.status_code in {400, 503}
            continue
        body = problem(answer, 400, "invalid_request")
        named = {re.split(r"[.\[]", error["field"])[0] for error in body.get("errors", [])}
        assert field in named or body["detail"]


# What may be left out.
OPTIONAL = {
    ("post_refund", "receipt_store"),
    ("preview_refund", "receipt_store"),
    ("check_coupons", "codes"),
    ("refund_whole_bill", "goods_fen"),
}


def test_a_missing_field_is_named(contract_requests, unchanged):
    for name in [name for name in WRITES if name != "change_my_profile"]:
        with about(name):
            for field in contract_requests.bodies[name]:
                if (name, field) in OPTIONAL:
                    continue
                body = {
                    name_of_field: value
                    for name_of_field, value in contract_requests.bodies[name].items()
                    if name_of_field != field
                }
                problem(contract_requests.call(name, body), 400, "invalid_request")


def test_without_its_length_a_body_is_refused(contract_requests, unchanged):
    for name in WRITES:
        with about(name):
            problem(
                contract_requests.call(name, **{"Transfer-Encoding": "chunked"}),
                411,
                "length_required",
            )


LISTS = [
    name
    for name, (_, _, operation) in BY_NAME.items()
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", []))
]


FORGED_PAGES = [
    "cursor=rubbish",
    "cursor=WyJhIiwgMSwgMl0",
    "cursor=%FF",
    "cursor=" + "A" * 5_000,
    *(f"limit={limit}" for limit in ("0", "101", "x", "-1", "9" * 22, "1.0")),
]


def test_a_forged_page_is_refused(contract_requests, unchanged):
    for name in LISTS:
        with about(name):
            method, path, operation = BY_NAME[name]
            scheme = next(iter(operation.get("security", [{}])[0]), None)
            headers = (
                {"Authorization": f"Bearer {contract_requests.tokens[scheme]}"} if scheme else {}
            )

            for query in FORGED_PAGES:
                row = NAME.sub(contract_requests.ids.get(path, ""), path)
                answer = Client().generic(method, f"{row}?{query}", headers=headers)
                problem(answer, 400, "invalid_request")


NO_IDS = [
    "str_0",
    "x",
    "%00",
    "..%2f..",
    "%ff",
    "a" * 3_000,
    "1",
    "-1",
    "%F0%9F%8D%B5",
    "' or 1=1 --",
]


def test_what_is_no_id_is_not_found(contract_requests, unchanged):
    for name in [name for name, (_, path, _) in BY_NAME.items() if "{" in path]:
        with about(name):
            path = BY_NAME[name][1]
            right = contract_requests.ids[path]
            foreign = [*contract_requests.ids.values(), contract_requests.member.public_id]
            zeros = {public_id.partition("_")[0] + "_" + "0" * 22 for public_id in foreign}

            for bad in [*NO_IDS, *sorted(zeros), contract_requests.member.public_id]:
                contract_requests.ids[path] = bad
                problem(contract_requests.call(name), 404, "not_found")
            contract_requests.ids[path] = right


def test_every_other_method_is_refused(contract_requests, unchanged):
    for name in BY_NAME:
        with about(name):
            _, path, _ = BY_NAME[name]
            known = {method for method, other_path, _ in OPERATIONS if other_path == path}

            for method in {
                "GET",
                "POST",
                "PUT",
                "PATCH",
                "DELETE",
                "OPTIONS",
                "TRACE",
                "BREW",
            } - known:
                answer = Client().generic(
                    method, NAME.sub("x", path), b"", content_type="application/json"
                )
                problem(answer, 405, "method_not_allowed")
                assert set(answer.headers["Allow"].split(", ")) - {"HEAD"} == known


def test_an_unknown_query_parameter_is_refused_and_not_passed_over(contract_requests, unchanged):
    """Also one that is known elsewhere, and a known one given twice."""
    for name, (_, _, operation) in BY_NAME.items():
        with about(name):
            known = {
                parameter["name"]
                for parameter in operation.get("parameters", [])
                if parameter["in"] == "query"
            }
            body = problem(contract_requests.call(name, query="no_such=1"), 400, "invalid_request")
            assert body["errors"] == [
                {"field": "no_such", "code": "unknown", "message": "没有这个查询参数。"}
            ]
            for parameter in known:
                body = problem(
                    contract_requests.call(name, query=f"{parameter}=1&{parameter}=1"),
                    400,
                    "invalid_request",
                )
                assert [error["code"] for error in body["errors"]] == ["repeated"]

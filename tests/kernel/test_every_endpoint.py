"""Bad input at every endpoint of the contract: the right problem, and nothing written."""

import re
from itertools import product
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from tests.contributions import united
from tests.factories.members import PASSWORD, make_operator
from tests.kernel.contract_requests import (
    BY_NAME,
    CONTRACT,
    KEYED,
    NAME,
    SECURED,
    WRITES,
)
from tests.kernel.endpoint_problems import about, problem

pytestmark = pytest.mark.django_db


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


STRANGER = {
    "tillKey": "till_key_invalid",
    "shopper": "sign_in_again",
    "feedKey": "feed_key_invalid",
}


def test_a_stranger_is_told_to_sign_in(contract_requests, unchanged):
    for name in SECURED:
        with about(name):
            scheme = next(iter(BY_NAME[name][2]["security"][0]))
            code = STRANGER[scheme]

            for token in TOKENS.values():
                answer = contract_requests.call(name, Authorization=token)
                problem(answer, 401, code)
                assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_token_of_the_other_kind_opens_nothing(contract_requests, unchanged):
    for name in SECURED:
        with about(name):
            scheme = next(iter(BY_NAME[name][2]["security"][0]))

            for other in STRANGER.keys() - {scheme}:
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
# Words a person may write, and values that take something away.
ACCEPTED = united("ACCEPTED_VALUES")
# Of these only WeChat, or the signature of a code, can tell that they are wrong.
CHECKED_ELSEWHERE = united("CHECKED_ELSEWHERE")


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
        if (name, field, kind) in ACCEPTED:
            continue
        answer = contract_requests.call(name, contract_requests.bodies[name] | {field: value})
        if (name, field, kind) in CHECKED_ELSEWHERE:
            assert answer.status_code in {400, 503}
            continue
        body = problem(answer, 400, "invalid_request")
        named = {re.split(r"[.\[]", error["field"])[0] for error in body.get("errors", [])}
        assert field in named or body["detail"]


OPTIONAL = united("OPTIONAL_FIELDS")


def test_a_missing_field_is_named(contract_requests, unchanged):
    for name in [name for name in WRITES if BY_NAME[name][0] != "PATCH"]:
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

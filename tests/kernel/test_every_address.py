"""Wrong pages, ids, methods and query parameters at every endpoint of the contract."""

import pytest
from django.test import Client

from tests.kernel.contract_requests import (
    BY_NAME,
    NAME,
    OPERATIONS,
)
from tests.kernel.endpoint_problems import about, problem

pytestmark = pytest.mark.django_db


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

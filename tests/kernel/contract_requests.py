"""A right request to every operation of the contract, to be spoilt by test_every_endpoint.py."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from district.kernel.http.docs_page import OPENAPI_FILE
from district.members import services as members
from tests.contributions import StoreVisit, contributed
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text, till_of, visit_of

CONTRACT = json.loads(OPENAPI_FILE.read_text())
OPERATIONS = [
    (method.upper(), path, operation)
    for path, methods in CONTRACT["paths"].items()
    for method, operation in methods.items()
]
BY_NAME = {
    operation["operationId"]: (method, path, operation) for method, path, operation in OPERATIONS
}
# Bodies that are no JSON have tests of their own (tests/receipt_photos/test_photos_api.py, tests/receipt_batches).
FORMS = {
    name
    for name, (_, _, operation) in BY_NAME.items()
    if "application/json"
    not in operation.get("requestBody", {}).get("content", {"application/json": 0})
}
WRITES = [
    name
    for name, (_, _, operation) in BY_NAME.items()
    if "requestBody" in operation and name not in FORMS
]
KEYED = [
    name
    for name, (_, _, operation) in BY_NAME.items()
    if any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", []))
    and name not in FORMS
]
SECURED = [
    name for name, (_, _, operation) in BY_NAME.items() if any(operation.get("security", [{}]))
]
# A part of an address that names a row.
NAME = re.compile(r"\{\w+\}")
# What a request may leave behind although it is refused: counts of attempts, and when a key was used.
NOT_COUNTED = {"kernel_ratewindow", "kernel_cache", "django_session"}


class ContractRequests:
    """A member with points at a counter of a till, the tokens of both, and right requests about them.

    `operation` is the only one that is asked for; all of them without it.
    """

    def __init__(self, operation: str | None = None) -> None:
        self.member, store = make_member(), make_earning_store()
        till = till_of(store)
        store_visit = StoreVisit(self.member, store, till, visit_of(self.member, till, store))
        self.tokens = {
            "tillKey": till_key_text(store),
            "shopper": members.open_session(member=self.member).token,
        }
        self.bodies: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, str] = {}
        for right_requests in contributed("right_requests"):
            requests = right_requests(store_visit)
            self.bodies |= requests.bodies
            for path, made in requests.ids.items():
                if isinstance(made, str):
                    self.ids[path] = made
                elif operation is None or BY_NAME[operation][1] == path:
                    self.ids[path] = made()
            self.tokens |= requests.tokens

    def call(
        self,
        name: str,
        body: Any = None,
        *,
        raw: bytes | None = None,
        query: str = "",
        **headers: str | None,
    ) -> Any:
        """The answer to a right request, except for what is given otherwise."""
        method, path, operation = BY_NAME[name]
        scheme = next(iter(operation.get("security", [{}])[0]), None)
        request_headers: dict[str, str | None] = {
            "Idempotency-Key": "k-1",
            "Content-Type": "application/json",
        }
        if scheme:
            request_headers["Authorization"] = f"Bearer {self.tokens[scheme]}"
        request_headers |= headers
        if raw is None:
            raw = json.dumps(self.bodies.get(name) if body is None else body).encode()
        return Client(raise_request_exception=False).generic(
            method,
            NAME.sub(self.ids.get(path, ""), path),
            raw if "requestBody" in operation else b"",
            content_type=request_headers.pop("Content-Type") or "application/octet-stream",
            QUERY_STRING=query,
            headers={name: value for name, value in request_headers.items() if value is not None},
        )


@pytest.fixture
def contract_requests(request, settings) -> ContractRequests:
    settings.WECHAT_BASE = "http://127.0.0.1:1/"
    parameters = request.node.callspec.params if hasattr(request.node, "callspec") else {}
    made = ContractRequests(parameters.get("name"))
    for name in SECURED:
        if BY_NAME[name][0] == "GET":
            made.call(name)  # notes that the tokens were used, which it does once a minute
    return made


def table_digests() -> dict[str, str]:
    """A digest of every table."""
    with connection.cursor() as cursor:
        tables = [
            table
            for table in connection.introspection.table_names(cursor)
            if table not in NOT_COUNTED
        ]
        digests = {}
        for table in tables:
            cursor.execute(
                f"select coalesce(md5(string_agg(row::text, chr(10) order by row::text)), '') from \"{table}\" row"
            )
            digests[table] = cursor.fetchone()[0]
        return digests


@pytest.fixture
def unchanged(contract_requests) -> Iterator[None]:
    before = table_digests()
    yield
    assert table_digests() == before

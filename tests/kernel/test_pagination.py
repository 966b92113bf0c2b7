"""Cursor pages."""

import base64
import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import RequestFactory
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from district.kernel import clock
from district.kernel.http.pagination import cursor_page
from district.kernel.models import AuditLine, OutboxRow

pytestmark = pytest.mark.django_db


def page(order: list[str], *, render=lambda row: row.name, **query: Any) -> dict[str, Any]:
    request = Request(RequestFactory().get("/", query))
    return cursor_page(request, OutboxRow.objects.all(), order=order, render=render)


def walk(order: list[str], limit: int, **options: Any) -> list[list[Any]]:
    pages: list[list[Any]] = []
    cursor: dict[str, str] = {}
    while True:
        answer = page(order, limit=limit, **options, **cursor)
        pages.append(answer["results"])
        if answer["next"] is None:
            return pages
        cursor = {"cursor": answer["next"]}


def rows(*names: str) -> None:
    OutboxRow.objects.bulk_create(OutboxRow(name=name, payload={}) for name in names)


def cursor_of(*values: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def test_pages_tile_the_list_without_gap_or_overlap():
    rows(*"abcdefg")

    assert walk(["id"], 3) == [["a", "b", "c"], ["d", "e", "f"], ["g"]]
    assert walk(["-id"], 3) == [["g", "f", "e"], ["d", "c", "b"], ["a"]]
    assert walk(["id"], 7) == [list("abcdefg")]
    assert walk(["id"], 1) == [[name] for name in "abcdefg"]


def test_an_empty_list_is_one_empty_page():
    assert page(["id"]) == {"results": [], "next": None}


def test_rows_of_the_same_name_are_told_apart_by_the_second_column():
    rows("tea", "milk", "tea", "tea", "milk")
    keys = dict(OutboxRow.objects.values_list("id", "name"))
    rising = sorted(keys, key=lambda key: (keys[key], key))

    ids = [row_id for some in walk(["name", "id"], 2, render=lambda row: row.id) for row_id in some]
    assert ids == rising
    ids = [
        row_id for some in walk(["-name", "-id"], 2, render=lambda row: row.id) for row_id in some
    ]
    assert ids == rising[::-1]


def test_instants_are_compared_to_the_microsecond():
    moment = clock.real_now()
    for step in range(5):
        OutboxRow.objects.create(
            name=str(step), payload={}, created_at=moment + timedelta(microseconds=step // 2)
        )

    assert walk(["created_at", "id"], 2) == [["0", "1"], ["2", "3"], ["4"]]


def test_rows_that_come_and_go_between_two_pages_neither_repeat_nor_hide_others():
    rows("b", "d", "f", "h")
    first = page(["name", "id"], limit=2)
    rows("a", "e")
    OutboxRow.objects.filter(name="d").delete()

    second = page(["name", "id"], limit=10, cursor=first["next"])

    assert (first["results"], second["results"]) == (["b", "d"], ["e", "f", "h"])


def test_twenty_are_shown_unless_another_number_is_asked_for():
    rows(*map(str, range(30)))

    assert len(page(["id"])["results"]) == 20
    assert len(page(["id"], limit=100)["results"]) == 30


@pytest.mark.parametrize(
    "limit", ["0", "101", "-1", "", "x", "1.0", "1e1", "９", "999999999999999999999", "00000000001"]
)
def test_other_page_sizes_are_refused(limit):
    with pytest.raises(ValidationError) as refusal:
        page(["id"], limit=limit)

    assert refusal.value.detail == {"limit": ["请填写 1 至 100。"]}


FORGED = {
    "empty": "",
    "rubbish": "!!!",
    "no base64": "a",
    "not ASCII": "码",
    "not JSON": base64.urlsafe_b64encode(b"{").decode(),
    "not UTF-8": base64.urlsafe_b64encode(b'["\xff", 1]').decode(),
    "other characters ignored by base64": cursor_of("tea", 1)[:4] + "\n" + cursor_of("tea", 1)[4:],
    "too short": cursor_of("tea"),
    "too long": cursor_of("tea", 1, 2),
    "no list": base64.urlsafe_b64encode(b'"tea"').decode(),
    "null": cursor_of(None, 1),
    "boolean": cursor_of("tea", True),
    "float": cursor_of("tea", 1.0),
    "text for a number": cursor_of("tea", "1"),
    "number for a text": cursor_of(1, 1),
    "2^63": cursor_of("tea", 2**63),
    "5000 digits": base64.urlsafe_b64encode(b'["tea", ' + b"1" * 5000 + b"]").decode(),
    "NUL": cursor_of("a\0b", 1),
    "surrogate": cursor_of("\ud800", 1),
    "long text": cursor_of("x" * 301, 1),
    "nested": base64.urlsafe_b64encode(b"[" * 20_000).decode(),
    "object": cursor_of({"a": 1}, 1),
    "SQL": cursor_of("x", "1; drop table kernel_outboxrow"),
}


@pytest.mark.parametrize("cursor", FORGED.values(), ids=FORGED.keys())
def test_a_forged_cursor_is_refused(cursor):
    rows("tea", "milk")

    with pytest.raises(ValidationError) as refusal:
        page(["name", "id"], cursor=cursor)

    assert list(refusal.value.detail) == ["cursor"]


@pytest.mark.parametrize(
    "value", ["yesterday", "2026-01-01", "2026-01-01T00:00:00", "9999-12-31T23:59:59Z", 5]
)
def test_a_forged_instant_is_refused(value):
    with pytest.raises(ValidationError):
        page(["created_at", "id"], cursor=cursor_of(value, 1))


def test_a_cursor_at_the_edge_of_the_column_is_an_empty_or_a_full_page():
    rows("tea")

    assert page(["id"], cursor=cursor_of(2**63 - 1))["results"] == []
    assert page(["id"], cursor=cursor_of(-(2**63) + 1))["results"] == ["tea"]


def test_quotes_in_a_cursor_are_text():
    rows("x'; drop table kernel_outboxrow; --", "y")
    first = page(["name", "id"], limit=1)

    assert page(["name", "id"], cursor=first["next"])["results"] == ["y"]


def test_a_deep_page_reads_only_itself(django_assert_num_queries):
    AuditLine.objects.bulk_create(
        (AuditLine(actor=f"till:{n % 7}", verb="v", subject=f"s:{n:06}") for n in range(20_000)),
        batch_size=5_000,
    )
    with connection.cursor() as cursor:
        cursor.execute("analyze kernel_auditline")
    last = AuditLine.objects.order_by("subject", "id")[19_000]
    request = Request(RequestFactory().get("/", {"cursor": cursor_of(last.subject, last.pk)}))

    with django_assert_num_queries(1) as queries:
        answer = cursor_page(
            request,
            AuditLine.objects.all(),
            order=["subject", "id"],
            render=lambda row: row.subject,
        )

    assert answer["results"][0] == "s:019001"
    with connection.cursor() as cursor:
        cursor.execute(
            "explain (analyze, buffers, timing off) " + queries.captured_queries[0]["sql"]
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "Index Cond: (ROW(subject, id) > ROW(" in plan
    assert int(re.findall(r"shared hit=(\d+)", plan)[0]) < 60, plan

"""Logs: one line of JSON per request, an id, and nothing personal."""

import io
import json
import logging
import sys
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test import Client

from district.kernel.logs import JsonFormatter, TaskFilter, TextFormatter, request_id

PHONE = "13812341234"


def line(**parts: object) -> dict[str, Any]:
    record = logging.makeLogRecord(
        {"name": "district.x", "levelname": "INFO", "msg": "said", **parts}
    )
    text = JsonFormatter().format(record)
    assert "\n" not in text
    entry: dict[str, Any] = json.loads(text)
    return entry


def raised(error: Exception, cause: Exception | None = None):
    try:
        raise error from cause
    except type(error):
        return sys.exc_info()


def test_a_record_is_one_line_of_json_with_its_extras():
    entry = line(msg="paid %d", args=(7,), merchant=12, state=None, name="district.x")

    assert entry.pop("at").endswith("+00:00")
    assert entry == {
        "level": "INFO",
        "logger": "district.x",
        "message": "paid 7",
        "merchant": 12,
        "state": None,
    }


def test_an_extra_that_is_no_plain_value_is_left_out():
    entry = line(request=object(), data={"phone": PHONE}, people=[PHONE], exc_text=PHONE)

    assert PHONE not in json.dumps(entry)
    assert set(entry) == {"at", "level", "logger", "message"}


def test_an_extra_cannot_overwrite_what_every_line_says():
    assert line(level="quiet", logger="me", at="never")["level"] == "INFO"


def test_line_feeds_quotes_and_broken_letters_do_not_break_the_line():
    assert line(msg='a\nb"c\u2028d\x00')["message"] == 'a\nb"c\u2028d\x00'
    assert line(msg="a\ud800b")["message"] == "a\ud800b"


def test_an_error_is_told_by_place_and_kind_and_not_by_its_message():
    entry = line(exc_info=raised(ValueError(PHONE), KeyError(PHONE)))["exception"]

    assert PHONE not in entry
    assert (
        entry.index("builtins.KeyError")
        < entry.index("caused by")
        < entry.index("builtins.ValueError")
    )
    assert "test_logs.py" in entry
    assert "in raised" in entry


@pytest.mark.django_db
def test_a_database_error_tells_state_and_constraint_and_not_the_row():
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("create table t (phone text constraint phone_once unique)")
            cursor.execute("insert into t values (%s), (%s)", [PHONE, PHONE])
    except IntegrityError:
        entry = line(exc_info=sys.exc_info())["exception"]

    assert PHONE not in entry
    assert "psycopg.errors.UniqueViolation 23505 phone_once" in entry
    assert "django.db.utils.IntegrityError" in entry


def test_a_person_at_a_terminal_reads_the_message():
    record = logging.makeLogRecord(
        {
            "name": "x",
            "levelname": "ERROR",
            "msg": "broke",
            "merchant": 7,
            "exc_info": raised(ValueError("why")),
        }
    )
    text = TextFormatter().format(record)

    assert "error x: broke merchant=7\nTraceback" in text
    assert text.endswith("ValueError: why")


@pytest.mark.parametrize(
    ("level", "failed", "message"),
    [
        (logging.INFO, False, "task done"),
        (logging.ERROR, True, "task failed"),
        (logging.INFO, True, "task refused"),
    ],
)
def test_celery_tells_which_task_and_not_what_it_raised_or_returned(level, failed, message):
    context = {
        "name": "kernel.purge",
        "id": "a1",
        "exc": f"ValueError('{PHONE}')",
        "args": PHONE,
        "traceback": PHONE,
    }
    record = logging.makeLogRecord(
        {
            "msg": "Task %(name)s[%(id)s]: %(exc)s %(args)s",
            "args": context,
            "levelno": level,
            "data": context,
            "exc_info": raised(ValueError(PHONE)) if failed else None,
        }
    )

    assert TaskFilter().filter(record)
    entry = json.loads(JsonFormatter().format(record))
    assert PHONE not in json.dumps(entry)
    assert (entry["message"], entry["task"], entry["task_id"]) == (message, "kernel.purge", "a1")


@pytest.fixture
def logged_entries():
    """What reaches the log while the test runs: each line, as JSON."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.addHandler(handler)
    yield lambda: [json.loads(text) for text in written.getvalue().split("\n") if text]
    root.removeHandler(handler)


@pytest.mark.django_db
def test_a_request_is_one_line_with_route_status_and_duration(logged_entries):
    answer = Client().get("/api/v1/stores?q=" + PHONE)

    (entry,) = logged_entries()
    assert entry["message"] == "request"
    assert (entry["method"], entry["route"], entry["status"]) == ("GET", "api/v1/stores", 200)
    assert entry["ms"] > 0
    assert entry["request_id"] == answer.headers["X-Request-Id"]
    assert len(entry["request_id"]) == 16


@pytest.mark.django_db
def test_nothing_a_person_sent_reaches_the_log(logged_entries, settings):
    settings.ROOT_URLCONF = "tests.kernel.probe_urls"
    client = Client(raise_request_exception=False)
    secret = {
        "Authorization": f"Bearer tk_{PHONE}",
        "Cookie": f"sessionid={PHONE}",
        "Referer": f"https://x/{PHONE}",
        "Host": f"{PHONE}.example",
    }

    client.get(f"/api/v1/me?phone={PHONE}", headers={"Authorization": f"Bearer sht_{PHONE}"})
    client.get(f"/api/v1/{PHONE}")
    client.get(f"/{PHONE}")
    client.get("/api/v1/orders", headers=secret)
    client.post(f"/admin/login/?next=/{PHONE}", {"username": PHONE, "password": PHONE})
    Client(enforce_csrf_checks=True).post(f"/admin/login/?next=/{PHONE}", {"username": PHONE})
    client.generic(
        "POST",
        "/api/v1/orders",
        json.dumps({"name": PHONE * 9}).encode(),
        content_type="application/json",
    )
    client.generic(
        "POST", "/api/v1/orders", f'{{"{PHONE}'.encode(), content_type="application/json"
    )
    client.generic(PHONE, "/api/v1/orders")
    for how in ("bug", "suspicious", "database-gone", "database-bug"):
        for where in ("api/v1/broken", "api/v1/plain", "pages/plain"):
            client.get(f"/{where}/{how}")

    lines = logged_entries()
    assert len(lines) > 20
    revealing = [
        line
        for line in lines
        if PHONE in json.dumps({k: v for k, v in line.items() if k != "method"})
    ]
    assert revealing == []


@pytest.mark.django_db
@pytest.mark.parametrize("request_id", ["0190-7f3e-aaaa_B", "a" * 64])
def test_a_caller_may_bring_an_id_of_its_own(request_id):
    assert (
        Client().get("/api/v1/nope", headers={"X-Request-Id": request_id}).headers["X-Request-Id"]
        == request_id
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    "request_id", ["", "short", "a" * 65, "a b c d e f", "x\ny" * 5, "号" * 10, '{"a":"b"}']
)
def test_another_id_is_replaced(request_id):
    mine = (
        Client().get("/api/v1/nope", headers={"X-Request-Id": request_id}).headers["X-Request-Id"]
    )

    assert mine != request_id
    assert len(mine) == 16


@pytest.mark.django_db
def test_outside_of_a_request_there_is_no_id():
    Client().get("/api/v1/nope")

    assert request_id() == ""
    assert "request_id" not in line()


def test_errors_of_the_database_layer_have_the_cause_that_trace_reads():
    assert issubclass(IntegrityError, DatabaseError)

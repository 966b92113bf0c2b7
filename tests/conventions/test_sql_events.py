"""What SQL writes into the outbox is what the event classes say."""

import importlib
import inspect
import re
from dataclasses import fields, is_dataclass
from importlib.util import find_spec

from django.apps import apps

from district.kernel.database.sqlfiles import sql_files


def event_fields():
    """The fields of each event class, by its name."""
    classes = {}
    for config in apps.get_app_configs():
        if find_spec(f"{config.name}.events") is None:
            continue
        module = importlib.import_module(f"{config.name}.events")
        for name, event in inspect.getmembers(module, inspect.isclass):
            if is_dataclass(event) and event.__module__ == module.__name__:
                classes[name] = {field.name for field in fields(event)}
    return classes


def arguments_from(text, start):
    """The arguments of a call whose opening parenthesis stands just before `start`."""
    parts, depth, quoted = [""], 0, False
    for letter in text[start:]:
        quoted ^= letter == "'"
        if not quoted:
            depth += (letter == "(") - (letter == ")")
            if depth < 0:
                return [part.strip() for part in parts]
            if letter == "," and depth == 0:
                parts.append("")
                continue
        parts[-1] += letter
    raise AssertionError("a parenthesis is not closed")


CALL = re.compile(
    r"kernel_emit\(\s*'(\w+)',\s*(?:variadic\s+array\(\s*select\s+)?jsonb_build_object\("
)


def emitted(text):
    """Name and payload keys of each kernel_emit call in the text of an SQL file."""
    text = re.sub("--.*", "", text)
    return [
        (call[1], [key.strip("'") for key in arguments_from(text, call.end())[::2]])
        for call in CALL.finditer(text)
    ]


def test_every_event_that_sql_writes_has_the_fields_of_its_class():
    known = event_fields()
    calls = {name: emitted(text) for name, text in sql_files()}

    wrong = [
        (file, name, sorted(keys), sorted(known.get(name, [])))
        for file, found in calls.items()
        for name, keys in found
        if sorted(keys) != sorted(known.get(name, []))
    ]

    assert sum(map(len, calls.values())) >= 24
    assert wrong == []


def test_every_call_is_read_and_nothing_else_writes_the_outbox():
    unread = {
        name: (mentions, read)
        for name, text in sql_files()
        if not name.endswith("/emit.sql")
        for mentions in [len(re.findall(r"\bkernel_emit\b", re.sub("--.*", "", text)))]
        for read in [len(emitted(text))]
        if mentions != read or re.search(r"into\s+kernel_outboxrow", text)
    }

    assert unread == {}


def test_a_payload_is_read_with_calls_quotes_and_commas_in_it():
    text = "select kernel_emit('Gone', jsonb_build_object('a', f(1, ')'), 'b', x -> 'c, d'));"

    assert emitted(text) == [("Gone", ["a", "b"])]
    assert event_fields().keys() >= {"PointsEarned", "CouponIssued", "CouponConflict"}

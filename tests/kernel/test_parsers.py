"""JSON bodies: what is read, and what could not be stored or read back."""

import pytest
from rest_framework.exceptions import ParseError

from district.kernel.http.parsers import parse_json


def test_reads_json_as_python_does():
    body = '{"名": "茶", "n": 1, "f": 1.5, "t": true, "z": null, "l": []}'.encode()

    assert parse_json(body) == {"名": "茶", "n": 1, "f": 1.5, "t": True, "z": None, "l": []}


def test_a_pair_of_surrogates_is_one_letter():
    assert parse_json(rb'"\ud83d\ude00"') == "😀"


def test_a_long_number_is_read_as_it_stands():
    assert parse_json(b"9223372036854775808") == 2**63


@pytest.mark.parametrize(
    "body",
    [
        b'{"paid_fen": 100, "paid_fen": 999900}',
        b'{"paid_fen": 100, "paid_fen": 100}',
        rb'{"paid_fen": 100, "paid\u005ffen": 999900}',
        b'{"lines": [{"sku": "a"}, {"sku": "a", "fen": 1, "sku": "b"}]}',
        b'{"": 1, "": 2}',
    ],
)
def test_refuses_an_object_with_a_name_twice(body):
    with pytest.raises(ParseError, match="重复的字段名"):
        parse_json(body)


def test_one_name_may_stand_in_several_objects():
    assert parse_json(b'[{"a": {"a": 1}}, {"a": 2}]') == [{"a": {"a": 1}}, {"a": 2}]


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"{'a': 1}", id="not JSON"),
        pytest.param(b'{"a": 1}{"b": 2}', id="two values"),
        pytest.param(b"NaN", id="NaN"),
        pytest.param(b'{"a": Infinity}', id="infinity"),
        pytest.param(b'{"a": [-Infinity]}', id="minus infinity"),
        pytest.param(b"1e400", id="overflows to infinity"),
        pytest.param(b"1" * 5000, id="5000 digits"),
        pytest.param(b"[" * 100_000, id="100k open brackets"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, id="100k nested lists"),
        pytest.param(b'{"a":' * 100_000 + b"1" + b"}" * 100_000, id="100k nested objects"),
        pytest.param(b'"\xff\xfe"', id="not UTF-8"),
        pytest.param('{"a": "茶"}'.encode("gb18030"), id="GB 18030"),
        pytest.param('{"a": 1}'.encode("utf-16"), id="UTF-16"),
        pytest.param(b'\xef\xbb\xbf{"a": 1}', id="byte order mark"),
        pytest.param(b'"\xed\xa0\x80"', id="surrogate in UTF-8"),
        pytest.param(rb'"\ud800"', id="lone surrogate"),
        pytest.param(rb'"\uD800\u0041"', id="broken pair"),
        pytest.param(rb'{"\udfff": 1}', id="lone surrogate in a name"),
        pytest.param(b'"a\nb"', id="raw line feed in a text"),
        pytest.param(b'"a\x00b"', id="raw NUL in a text"),
    ],
)
def test_refuses_what_is_not_strict_json(body):
    with pytest.raises(ParseError, match="JSON"):
        parse_json(body)

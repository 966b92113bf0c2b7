"""Reads JSON bodies and refuses whatever could not be stored or read back as it was written."""

import json
import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class NotJson(ParseError):
    default_detail = _("请求体不是有效的 JSON（UTF-8）。")


class DuplicateName(NotJson):
    """An object that gives one name two values: nobody can say which of them was meant."""

    default_detail = _("请求体的 JSON 中，同一个对象里有重复的字段名。")


def _unambiguous(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these names and values. Raises DuplicateName."""
    document = dict(pairs)
    if len(document) < len(pairs):
        raise DuplicateName
    return document


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def parse_json(body: bytes) -> Any:
    """The value of a JSON body. Raises NotJson for anything that is not strict UTF-8 JSON, and
    its DuplicateName for an object with the same name twice (RFC 8259, section 4, leaves open what that means).

    Refused besides syntax errors: NaN, Infinity and what overflows to it, nesting that exhausts the stack, integers of
    thousands of digits, and lone surrogates, which no database can store.
    """
    try:
        value = json.loads(
            body.decode("utf-8"),
            object_pairs_hook=_unambiguous,
            parse_constant=_refuse_constant,
            parse_float=_finite,
        )
        if b"\\ud" in body or b"\\uD" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise NotJson from None
    return value


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return parse_json(stream.read())

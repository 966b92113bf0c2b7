"""Reads JSON bodies and refuses whatever could not be stored or read back as it was written."""

import json
import math
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser


class NotJson(ParseError):
    default_detail = _("请求体不是有效的 JSON（UTF-8）。")


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(text)
    return number


def parse_json(body: bytes) -> Any:
    """The value of a JSON body. Raises NotJson for anything that is not strict UTF-8 JSON.

    Refused besides syntax errors: NaN, Infinity and what overflows to it, nesting that exhausts the stack, integers of
    thousands of digits, and lone surrogates, which no database can store.
    """
    try:
        value = json.loads(
            body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_finite
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

"""Reads JSON bodies and refuses whatever could not be stored or read back as it was written."""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from district.documents import json_text


class NotJson(ParseError):
    default_detail = _("请求体不是有效的 JSON（UTF-8）。")


class DuplicateName(NotJson):
    """An object that gives one name two values: nobody can say which of them was meant."""

    default_detail = _("请求体的 JSON 中，同一个对象里有重复的字段名。")


def parse_json(body: bytes) -> Any:
    """The value of a JSON body. Raises NotJson for anything that is not strict UTF-8 JSON, and
    its DuplicateName for an object with the same name twice (RFC 8259, section 4, leaves open what that means).

    Refused besides syntax errors: NaN, Infinity and what overflows to it, nesting that exhausts the stack, integers of
    thousands of digits, and lone surrogates, which no database can store.
    """
    try:
        value = json_text.parse_json(body.decode("utf-8"))
        if b"\\ud" in body or b"\\uD" in body:
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except json_text.MemberTwice:
        raise DuplicateName from None
    except (ValueError, RecursionError):
        raise NotJson from None
    return value


class StrictJSONParser(BaseParser):
    media_type = "application/json"

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return parse_json(stream.read())

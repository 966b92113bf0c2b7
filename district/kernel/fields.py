"""The API's whole numbers, instants and public ids, each refusing what the ledger could not hold."""

import re
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel.clock import SHANGHAI
from district.kernel.money import MAX_FEN, MAX_POINTS

_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})"
)
_YEARS = range(2000, 2200)


class StrictInteger(serializers.IntegerField):
    """An integer that came as a JSON integer: no strings, no booleans, no 1.0."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class PointsField(StrictInteger):
    """Points: a whole number, 1 to 10^12 unless said otherwise."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"min_value": 1, "max_value": MAX_POINTS} | options))


class FenField(StrictInteger):
    """Money in fen: a whole number, 0 to 10^12 unless said otherwise."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**({"min_value": 0, "max_value": MAX_FEN} | options))


@extend_schema_field({"type": "string", "format": "date-time"})
class InstantField(serializers.Field):  # type: ignore[type-arg]
    """An instant, RFC 3339 with an offset; written out in Shanghai time."""

    default_error_messages = {"invalid": "请使用带时区的 RFC 3339 时间，例如 2026-03-01T12:00:00+08:00。"}

    def to_internal_value(self, data: Any) -> datetime:
        if not isinstance(data, str) or not _RFC3339.fullmatch(data):
            self.fail("invalid")
        try:
            instant = datetime.fromisoformat(data.upper().replace("Z", "+00:00"))
            in_shanghai = instant.astimezone(SHANGHAI)
        except (ValueError, OverflowError):
            self.fail("invalid")
        if in_shanghai.year not in _YEARS:
            self.fail("invalid")
        return in_shanghai

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(SHANGHAI).isoformat()


class IdField(serializers.RegexField):
    """A public id of one kind, such as `mem_…`."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(rf"^{prefix}_[0-9A-Za-z]{{22}}\Z", **({"max_length": 40} | options))


class TextField(serializers.CharField):
    """Text from outside: trimmed, of bounded length, without control characters."""

    default_error_messages = {"control": "不能包含控制字符。"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        if any(not character.isprintable() for character in text):
            self.fail("control")
        return text

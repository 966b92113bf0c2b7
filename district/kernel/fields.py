"""The API's whole numbers, instants and public ids, each refusing what the ledger could not hold."""

import unicodedata
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel import clock
from district.kernel.money import MAX_FEN, MAX_POINTS

# Control, format and surrogate characters, line and paragraph separators.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS = "\u200c\u200d"


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

    default_error_messages = {
        "invalid": "请使用带时区的 RFC 3339 时间，例如 2026-03-01T12:00:00+08:00。"
    }

    def to_internal_value(self, data: Any) -> datetime:
        at = clock.instant(data) if isinstance(data, str) else None
        if at is None:
            self.fail("invalid")
        return at

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(clock.SHANGHAI).isoformat()


class PatternField(serializers.RegexField):
    """Text of a pattern as it came: a number is not made a text, nothing is trimmed."""

    def __init__(self, pattern: str, **options: Any) -> None:
        super().__init__(pattern, **({"trim_whitespace": False} | options))

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        return text


class IdField(PatternField):
    """A public id of one kind, such as `mem_…`."""

    def __init__(self, prefix: str, **options: Any) -> None:
        super().__init__(rf"^{prefix}_[0-9A-Za-z]{{22}}\Z", **({"max_length": 40} | options))


class TextField(serializers.CharField):
    """Text from outside: trimmed, of bounded length, without control characters.

    The joiners of emoji and of Indic scripts and the wide space of Chinese stay; what would turn
    the direction of the text around it, or break its line, does not.
    """

    default_error_messages = {"control": "不能包含控制字符。"}

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        text: str = super().to_internal_value(data)
        if any(
            unicodedata.category(letter) in _UNSEEN and letter not in _JOINERS for letter in text
        ):
            self.fail("control")
        return text

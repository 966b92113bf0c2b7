"""The API's whole numbers, instants and public ids, each refusing what the ledger could not hold."""

import re
import unicodedata
from collections.abc import Callable
from datetime import datetime
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from district.kernel import clock
from district.kernel.text import spelling
from district.kernel.text.money import MAX_FEN, MAX_POINTS

# A number on paper: letters, digits and the punctuation that bills carry, no blanks.
NUMBER = r"^[0-9A-Za-z][0-9A-Za-z._:/#-]{0,63}\Z"

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


class NormalizedTextField(serializers.CharField):
    """What somebody scanned or typed, brought into its one spelling (`kernel.text.spelling`) before it is held
    against the pattern; so the schema says in words what the pattern is."""

    default_error_messages = {"pattern": "格式不正确。"}
    # For what a scanner or a hand may add around it.
    _ADDED = 40

    def __init__(
        self, pattern: str, *, spelling: Callable[[str], str], max_length: int, **options: Any
    ) -> None:
        self._pattern, self._spelling = re.compile(pattern), spelling
        self._longest = max_length + self._ADDED
        super().__init__(trim_whitespace=False, max_length=self._longest, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        if len(data) > self._longest:
            self.fail("max_length", max_length=self._longest)
        text = self._spelling(data)
        if not self._pattern.match(text):
            self.fail("pattern")
        return text


class NumberField(NormalizedTextField):
    """A number on paper, such as a bill's: letters, digits and `. _ : / # -`, 64 at most. Blanks around it
    and width make no difference; otherwise it decides as it is written."""

    def __init__(self, **options: Any) -> None:
        super().__init__(NUMBER, spelling=spelling.number_of, max_length=64, **options)


class CodeField(NormalizedTextField):
    """A code of capitals, digits and hyphens; blanks, width and case make no difference."""

    def __init__(self, *, longest: int, **options: Any) -> None:
        pattern = rf"^[0-9A-Z-]{{1,{longest}}}\Z"
        super().__init__(pattern, spelling=spelling.code_of, max_length=longest, **options)


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

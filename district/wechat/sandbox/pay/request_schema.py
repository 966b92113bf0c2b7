"""What a request must hold, field by field: what is missing, unknown or of another kind is refused by its place."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from district.wechat.sandbox.pay.refusals import param_error

Check = Callable[[Any, str], None]
UNKNOWN_FIELD = 270924358


class Field(NamedTuple):
    """How a field is checked, and whether it must be there."""

    check: Check
    required: bool = True


Fields = Mapping[str, Field]


def check(fields: Fields, value: Any, place: str = "/body") -> dict[str, Any]:
    """The object, after every field was checked. Raises PayRefusal, which names the place."""
    if not isinstance(value, dict):
        raise param_error(place, "不是对象")
    for name in value:
        if name not in fields:
            raise param_error(f"{place}/{name}", "是未定义的字段", inner=UNKNOWN_FIELD)
    for name, field in fields.items():
        if name in value:
            field.check(value[name], f"{place}/{name}")
        elif field.required:
            raise param_error(f"{place}/{name}", "必填，缺少该字段")
    return value


def text(
    longest: int, *, shortest: int = 1, pattern: str | None = None, required: bool = True
) -> Field:
    """A string of so many characters, of this pattern."""

    def check_text(value: Any, place: str) -> None:
        if not isinstance(value, str):
            raise param_error(place, "不是字符串")
        if not shortest <= len(value) <= longest:
            raise param_error(place, f"长度须为 {shortest} 到 {longest}")
        if pattern and not re.fullmatch(pattern, value):
            raise param_error(place, "含有不允许的字符")

    return Field(check_text, required)


def whole(least: int, *, required: bool = True) -> Field:
    """A whole number, not smaller than `least`."""

    def check_whole(value: Any, place: str) -> None:
        # True is an int to Python, but not to WeChat.
        if type(value) is not int:
            raise param_error(place, "不是整数")
        if value < least:
            raise param_error(place, f"不能小于 {least}")

    return Field(check_whole, required)


def flag(*, required: bool = True) -> Field:
    """True or false."""

    def check_flag(value: Any, place: str) -> None:
        if not isinstance(value, bool):
            raise param_error(place, "不是布尔值")

    return Field(check_flag, required)


def choice(*values: str, required: bool = True) -> Field:
    """One of these words."""

    def check_choice(value: Any, place: str) -> None:
        if value not in values:
            raise param_error(place, f"只能是 {'、'.join(values)}")

    return Field(check_choice, required)


def moment(*, required: bool = True) -> Field:
    """A time by RFC 3339, to the second, with its zone."""

    def check_moment(value: Any, place: str) -> None:
        pattern = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            raise param_error(place, "不是 RFC3339 时间")
        try:
            datetime.fromisoformat(value)
        except ValueError:
            raise param_error(place, "不是 RFC3339 时间") from None

    return Field(check_moment, required)


def address(*, required: bool = True) -> Field:
    """A notice address: https without a query; plain http on this machine only, which WeChat would not take."""
    sized = text(256, required=required)

    def check_address(value: Any, place: str) -> None:
        sized.check(value, place)
        url = urlsplit(value)
        is_local = url.scheme == "http" and url.hostname in {"127.0.0.1", "localhost", "::1"}
        if not (url.hostname and (url.scheme == "https" or is_local)) or url.query or url.fragment:
            raise param_error(place, "须为不带参数的 https 地址")

    return Field(check_address, required)


def several(item: Field, *, most: int = 6000, required: bool = True) -> Field:
    """A list of such values."""

    def check_several(value: Any, place: str) -> None:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise param_error(place, f"须为 1 到 {most} 项的数组")
        for number, each_value in enumerate(value):
            item.check(each_value, f"{place}/{number}")

    return Field(check_several, required)


def nested(fields: Fields, *, required: bool = True) -> Field:
    """An object of such fields."""

    def check_nested(value: Any, place: str) -> None:
        check(fields, value, place)

    return Field(check_nested, required)

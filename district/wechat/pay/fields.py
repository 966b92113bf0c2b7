"""Frozen dataclasses and WeChat's JSON: which attribute stands where.

    @dataclass(frozen=True, kw_only=True)
    class Order:
        total_fen: int = wire("amount.total")
        attach: str | None = wire("attach", default=None, is_private=True)
        IGNORED: ClassVar = ("detail",)

Money is fen in whole numbers, times are aware. A documented field is either an attribute or named in IGNORED.
"""

import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import MISSING, field, fields, is_dataclass
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any, NamedTuple, TypeVar, Union, get_args, get_origin, get_type_hints

from district.wechat.pay.errors import UnreadableAnswer

BEIJING = timezone(timedelta(hours=8))
Row = TypeVar("Row")


def wire(path: str, *, default: Any = MISSING, is_private: bool = False) -> Any:
    """An attribute's place in the JSON, dots leading into objects; a private one stays out of `repr` and so of logs."""
    metadata = {"wire": path}
    if default is MISSING:
        return field(metadata=metadata, repr=not is_private)
    return field(metadata=metadata, default=default, repr=not is_private)


class WireField(NamedTuple):
    """One attribute: its name, its place, the type without None, and whether it must be there."""

    name: str
    path: str
    type: Any
    is_required: bool


def wire_fields(row_class: type) -> tuple[WireField, ...]:
    """Every attribute of a dataclass that has a place in the JSON."""
    return _wire_fields(row_class)


@cache
def _wire_fields(row_class: Any) -> tuple[WireField, ...]:
    hints = get_type_hints(row_class)
    return tuple(
        WireField(
            each_field.name,
            each_field.metadata["wire"],
            _without_none(hints[each_field.name]),
            each_field.default is MISSING,
        )
        for each_field in fields(row_class)
        if "wire" in each_field.metadata
    )


def from_wire(row_class: type[Row], data: Any) -> Row:
    """The dataclass that a JSON object holds; fields that it does not name are passed over.

    Raises UnreadableAnswer, which names the field.
    """
    if not isinstance(data, Mapping):
        raise UnreadableAnswer(f"{row_class.__name__} is no object")
    values: dict[str, Any] = {}
    for attribute in wire_fields(row_class):
        value = _value_at(data, attribute.path)
        if value is None and attribute.is_required:
            raise UnreadableAnswer(f"{row_class.__name__} lacks {attribute.path}")
        if value is not None:
            try:
                values[attribute.name] = _read(attribute.type, value)
            except (ValueError, TypeError):
                values[attribute.name] = None
            if values[attribute.name] is None:
                raise UnreadableAnswer(f"{row_class.__name__}.{attribute.path} is unreadable")
    return row_class(**values)


def to_wire(row: Any) -> dict[str, Any]:
    """The JSON object of a dataclass; what is None is left out."""
    data: dict[str, Any] = {}
    for attribute in wire_fields(type(row)):
        value = getattr(row, attribute.name)
        if value is None:
            continue
        *parents, last = attribute.path.split(".")
        place = data
        for parent in parents:
            place = place.setdefault(parent, {})
        place[last] = _write(value)
    return data


def rfc3339(moment: datetime) -> str:
    """A time as WeChat writes it, in Beijing, to the second. Raises ValueError for a time without a zone."""
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    return moment.astimezone(BEIJING).isoformat(timespec="seconds")


def _value_at(data: Mapping[str, Any], path: str) -> Any:
    value: Any = data
    for name in path.split("."):
        if not isinstance(value, Mapping):
            return None
        value = value.get(name)
    return value


def _without_none(hint: Any) -> Any:
    if get_origin(hint) in {Union, types.UnionType}:
        (only,) = (part for part in get_args(hint) if part is not type(None))
        return only
    return hint


def _read(wanted: Any, value: Any) -> Any:
    if get_origin(wanted) is tuple:
        return tuple(_read(get_args(wanted)[0], item) for item in _as(Sequence, value))
    if is_dataclass(wanted):
        return from_wire(wanted, value)  # type: ignore[arg-type]  # a class, not an instance
    return _READERS[wanted](value)


def _as(wanted: Any, value: Any) -> Any:
    # True is an int to Python and a string a sequence, but neither is to WeChat.
    if not isinstance(value, wanted) or (wanted is int and isinstance(value, bool)):
        raise TypeError
    if wanted is Sequence and isinstance(value, str):
        raise TypeError
    return value


def _read_time(value: Any) -> datetime:
    moment = datetime.fromisoformat(_as(str, value))
    if moment.tzinfo is None:
        raise ValueError("a time needs a zone")
    return moment


_READERS: dict[Any, Callable[[Any], Any]] = {
    str: lambda value: _as(str, value),
    int: lambda value: _as(int, value),
    bool: lambda value: _as(bool, value),
    datetime: _read_time,
}


def _write(value: Any) -> Any:
    if isinstance(value, datetime):
        return rfc3339(value)
    if isinstance(value, tuple):
        return [_write(item) for item in value]
    return to_wire(value) if is_dataclass(value) else value

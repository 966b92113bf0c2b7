"""JSON text: read without leniency, written in one way."""

import json
from math import isfinite
from typing import Any, Final

MOST_TEXT: Final = 200


class MemberTwice(ValueError):
    """An object gives one name two values: nobody can say which of them was meant."""


def parse_json(text: str) -> Any:
    """As json.loads, but refuses what JSON does not know: NaN, Infinity and what overflows to it, and a member that
    stands twice (RFC 8259, section 4, leaves open what that means). Raises ValueError, for the last its MemberTwice.
    """
    try:
        return json.loads(
            text,
            parse_constant=_refuse_constant,
            parse_float=_finite,
            object_pairs_hook=_object_of,
        )
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def json_text(value: Any) -> str:
    """Sorted members, no blanks, letters as they are. Raises ValueError for what is no finite number."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def canonical_bytes(value: Any) -> bytes:
    """`json_text` in UTF-8: the same bytes for the same document."""
    return json_text(value).encode()


def one_line(text: str) -> str:
    """A text from outside as it may stand in a sentence: of one line, not endless, to be written to any file."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text[:MOST_TEXT])


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not isfinite(number):
        raise ValueError("a number beyond all that can be kept")
    return number


def _object_of(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(members)
    if len(found) != len(members):
        names = [name for name, _ in members]
        twice = next(name for name in names if names.count(name) > 1)
        raise MemberTwice(f"member twice: {one_line(twice)}")
    return found

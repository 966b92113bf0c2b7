"""The bytes that go over the wire: one serializer, one way to write a request's target."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

_ESCAPE = re.compile(r"%[0-9a-fA-F]{2}")


def to_json_bytes(value: Any) -> bytes:
    """The only serializer: what it returns is what is signed and what is sent. Raises ValueError for NaN."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def read_json_object(raw: bytes) -> dict[str, Any] | None:
    """The JSON object in these bytes; None where they hold something else."""
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def request_target(
    template: str, *segments: str, query: Mapping[str, str | None] | None = None
) -> str:
    """Path and query as they are signed and sent; each `{}` of the template takes a segment, None drops a query field.

    Raises ValueError for a segment that an HTTP library would resolve away.
    """
    for segment in segments:
        if not segment.strip("."):
            raise ValueError("a path segment must not be empty or consist of dots")
    path = template.format(*(quote(segment, safe="") for segment in segments))
    pairs = [(name, value) for name, value in (query or {}).items() if value is not None]
    if not pairs:
        return path
    return path + "?" + "&".join(f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in pairs)


def normal_target(target: str) -> str:
    """A target that somebody else wrote, as the HTTP library will send it: escapes in capitals, the rest escaped."""
    escaped = quote(target, safe="!#$%&'()*+,/:;=?@[]~")
    return _ESCAPE.sub(lambda match: match.group().upper(), escaped)

"""Plates as gates read them: sealed by the master key, found again by the hash that members' plates have.

A gate reads plates of people who are no members, so no member's key can seal them. They are forgotten after half a
year, sooner than master keys are.
"""

import json

from district.kernel.security import crypto
from parking.stays.values import ReportedGateEvent

_VERSION_BYTES = 4


def seal_text(text: str, *, place: str) -> bytes:
    """`place` is where it stands, such as `gate:plate`."""
    version, sealed = crypto.wrap(text.encode(), place=place)
    return version.to_bytes(_VERSION_BYTES, "big") + sealed


def read_text(sealed: bytes | memoryview, *, place: str) -> str:
    """The text; empty when it was forgotten or its master key is gone."""
    content = bytes(sealed)
    if not content:
        return ""
    version = int.from_bytes(content[:_VERSION_BYTES], "big")
    try:
        return crypto.unwrap(version, content[_VERSION_BYTES:], place=place).decode()
    except crypto.Unsealable:
        return ""


def digest_of_event(event: ReportedGateEvent) -> bytes:
    """What tells a repeated event from another one under its number."""
    facts = [
        *(event.car_park, event.direction, event.occurred_at.timestamp()),
        *(event.plate, event.colour, event.ticket, event.lane, event.floor, event.zone),
    ]
    return crypto.keyed_digest("gate_event", json.dumps(facts).encode())

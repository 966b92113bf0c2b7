"""Facts and listeners for the tests of the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from district.kernel.models import OutboxRow


@dataclass(frozen=True)
class TeaPoured:
    cup: int
    guest: str = "mem_1"


@dataclass(frozen=True)
class MilkServed:
    cup: int


@dataclass(frozen=True)
class NotPlain:
    at: datetime


class ListenerFailure(Exception):
    pass


def failing_handler(payload: dict[str, Any]) -> None:
    raise ListenerFailure("13812341234")


def delivered() -> list[int]:
    """The cups whose event was delivered, in order."""
    rows = OutboxRow.objects.exclude(delivered_at=None).order_by("pk")
    return [row.payload["cup"] for row in rows]

"""What the alliance answers for at a terminal without the network: so many open passes and so many fen
within any 72 hours, whatever kits it fetched meanwhile."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

PERIOD = timedelta(hours=72)


@dataclass(frozen=True, slots=True)
class Allowance:
    """Open passes and fen: a whole allowance as a kit says it, or what is left of one."""

    count: int
    fen: int

    def left_at(self, at: datetime, charged: Iterable[tuple[datetime, int]]) -> Self:
        """What open passes taken less than 72 hours from an instant, before it or after it, leave of it;
        each is (instant, fen)."""
        near = [fen for other, fen in charged if abs(at - other) < PERIOD]
        return type(self)(max(self.count - len(near), 0), max(self.fen - sum(near), 0))

    def covers(self, fen: int) -> bool:
        """Whether one more pass of so many fen is within it."""
        return self.count >= 1 and fen <= self.fen

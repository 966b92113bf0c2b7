"""From when until when a coupon that is claimed now may be used, in whole seconds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from coupons.engine.schedule import SHANGHAI, whole_second


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same for everybody; the end is exclusive."""

    start: datetime
    end: datetime

    def window(self, at: datetime) -> tuple[datetime, datetime]:
        return whole_second(self.start), whole_second(self.end)


@dataclass(frozen=True, slots=True)
class Relative:
    """So many whole Shanghai days, the first of them `first` days after the claim's; with 0 at once,
    what is left of today counting as the first day."""

    first: int
    days: int

    def window(self, at: datetime) -> tuple[datetime, datetime]:
        today = at.astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
        start = today + timedelta(days=self.first)
        begins = whole_second(at) if self.first == 0 else start
        return begins, start + timedelta(days=self.days)


Validity = Fixed | Relative

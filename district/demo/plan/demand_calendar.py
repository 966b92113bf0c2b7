"""The year: which days are busy for whom. Days are numbered from 0; the calendar is the real one."""

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import accumulate

from district.demo.plan.random_streams import random_stream

DAYS = 365
# The first day of the lunar year; a year beyond the table has an ordinary winter.
_LUNAR_NEW_YEAR = {
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
    2031: date(2031, 1, 23),
    2032: date(2032, 2, 11),
    2033: date(2033, 1, 31),
    2034: date(2034, 2, 19),
    2035: date(2035, 2, 8),
}
_WEEKEND = {
    "leisure": 1.65, "couples": 1.5, "daily": 1.05, "office": 0.7, "fashion": 1.7, "sales": 1.5,
    "kids": 2.0, "household": 1.25, "cinema": 1.9, "before": 1.4, "festive": 1.4,
}  # fmt: skip
# Month and day of feasts by the sun, how many days they last, and who feels them how much.
_FEASTS: tuple[tuple[int, int, int, Mapping[str, float]], ...] = (
    (1, 1, 3, {"leisure": 1.4, "fashion": 1.4, "cinema": 1.7, "kids": 1.4, "office": 0.6}),
    (2, 14, 1, {"couples": 4.0, "cinema": 1.8, "leisure": 1.3}),
    (3, 8, 1, {"fashion": 1.8, "couples": 1.6}),
    (5, 1, 5, {"leisure": 1.7, "fashion": 1.6, "cinema": 1.6, "kids": 1.8, "sales": 1.5, "office": 0.5}),
    (5, 20, 1, {"couples": 3.5, "cinema": 1.5}),
    (6, 1, 1, {"kids": 3.0, "cinema": 1.3}),
    (6, 16, 3, {"sales": 2.2, "fashion": 1.3}),
    (10, 1, 7, {"leisure": 1.8, "fashion": 1.7, "cinema": 1.9, "kids": 1.8, "sales": 1.5,
                "festive": 1.9, "household": 1.2, "couples": 1.3, "office": 0.4}),
    (11, 10, 2, {"sales": 2.4, "fashion": 1.9}),
    (12, 24, 2, {"couples": 1.8, "leisure": 1.3, "fashion": 1.3, "cinema": 1.4}),
)  # fmt: skip
_BEFORE_NEW_YEAR = {"festive": 3.0, "household": 2.2, "fashion": 2.0, "before": 2.5, "kids": 1.5,
                    "leisure": 1.25, "daily": 1.2}  # fmt: skip
_AFTER_NEW_YEAR = {"cinema": 3.0, "leisure": 1.9, "kids": 2.0, "festive": 1.6, "couples": 1.5,
                   "fashion": 1.2, "office": 0.35}  # fmt: skip
_SUMMER = {"kids": 1.3, "cinema": 1.25}


@dataclass(frozen=True)
class DemandCalendar:
    """The 365 days that end with `last_day`."""

    last_day: date

    @property
    def first_day(self) -> date:
        return self.day(0)

    def day(self, number: int) -> date:
        return self.last_day - timedelta(days=DAYS - 1 - number)

    def draw(self, chance: float, *, seasons: str, since: int, until: int) -> int:
        """The day in [since, until] on which a share `chance` of that span's business is done."""
        sums = self._sums[seasons]
        done = sums[since - 1] if since else 0.0
        return min(max(bisect_left(sums, done + chance * (sums[until] - done)), since), until)

    @cached_property
    def _sums(self) -> dict[str, list[float]]:
        weather = random_stream("weather")
        mood = [weather.uniform(0.85, 1.15) for _ in range(DAYS)]
        days = [self.day(number) for number in range(DAYS)]
        return {
            seasons: list(
                accumulate(mood[i] * busyness(day, seasons) for i, day in enumerate(days))
            )
            for seasons in _WEEKEND
        }


def busyness(day: date, seasons: str) -> float:
    """How busy a day is for shops of these seasons; an ordinary Tuesday is 1."""
    weekday = day.weekday()
    weight = _WEEKEND[seasons] if weekday >= 5 else (1.15 if weekday == 4 else 1.0)  # noqa: PLR2004
    for month, first, days, weights in _FEASTS:
        if 0 <= (day - date(day.year, month, first)).days < days:
            weight *= weights.get(seasons, 1.0)
    if day.month in (7, 8):
        weight *= _SUMMER.get(seasons, 1.0)
    return weight * _lunar_new_year_weight(day, seasons)


def _lunar_new_year_weight(day: date, seasons: str) -> float:
    feast = _LUNAR_NEW_YEAR.get(day.year)
    if feast is None:
        return 1.0
    after = (day - feast).days
    if -15 <= after < -1:  # noqa: PLR2004
        return _BEFORE_NEW_YEAR.get(seasons, 1.0)
    if after in (-1, 0):
        # Everybody is at home; on the first day one goes to the cinema.
        return 1.5 if seasons == "cinema" and after == 0 else 0.3
    return _AFTER_NEW_YEAR.get(seasons, 0.9) if 0 < after <= 7 else 1.0  # noqa: PLR2004

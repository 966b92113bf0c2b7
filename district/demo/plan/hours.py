"""When stores are open, and at which minute of a day people come."""

from dataclasses import dataclass
from random import Random

from district.demo.plan.trades import PEAKS

DAY = 24 * 60
MONDAY, FRIDAY, SATURDAY = 0, 4, 5
Span = tuple[int, int]

# Minutes are written as hours; above 24 a store closes past midnight.
_SPANS: dict[str, tuple[tuple[float, float], ...]] = {
    "mall": ((10, 22),),
    "food": ((10, 21.5),),
    "split": ((10.5, 14), (16.5, 21.5)),
    "late": ((11, 24),),
    "morning": ((6.5, 20.5),),
    "night": ((17, 26.5),),
    "bar": ((11.5, 25),),
    "bakery": ((8, 21.5),),
    "drinks": ((9.5, 22.5),),
    "coffee": ((7.5, 21),),
    "early": ((8, 22),),
    "all_day": ((7, 23.5),),
    "books": ((10, 21.5),),
    "cinema": ((9.5, 25.5),),
    "gym": ((7, 22.5),),
    "pharmacy": ((8.5, 21.5),),
    "heritage": ((8.5, 20),),
}
_NIGHT_STREET: dict[str, tuple[tuple[float, float], ...]] = {
    "split": ((10.5, 14), (16.5, 25)),
    "food": ((10.5, 25),),
    "late": ((11, 27),),
    "night": ((16.5, 28),),
    "bar": ((16, 27),),
    "drinks": ((10.5, 25.5),),
    "bakery": ((10, 24),),
    "morning": ((11, 26),),
}
# How many of the stores of such hours never close, and how many keep Mondays free.
_ROUND_THE_CLOCK = {"all_day": 0.3, "pharmacy": 0.25}
_FREE_MONDAYS = {"books": 0.5, "heritage": 0.4, "bar": 0.3}
_TRIES = 12
_MARGIN_MINUTES = 10


@dataclass(frozen=True)
class Week:
    """The spans of each weekday, Monday first; of a store that never closes there are none."""

    days: tuple[tuple[Span, ...], ...]
    round_the_clock: bool = False

    def spans(self, weekday: int) -> tuple[Span, ...]:
        return ((0, DAY),) if self.round_the_clock else self.days[weekday]

    def is_open(self, weekday: int, minute: int) -> bool:
        """Whether somebody may be at the counter at that minute of the weekday or the night after."""
        return any(
            opens + _MARGIN_MINUTES <= minute <= closes - _MARGIN_MINUTES
            for opens, closes in self.spans(weekday)
        )


def week_of(hours: str, venue: str, chance: Random) -> Week:
    """The week of a store: as its trade is wont to, with habits of its own."""
    whole_day, monday, late = chance.random(), chance.random(), chance.random()
    if whole_day < _ROUND_THE_CLOCK.get(hours, 0):
        return Week(tuple(() for _ in range(7)), round_the_clock=True)
    table = _NIGHT_STREET if venue == "dengying" and hours in _NIGHT_STREET else _SPANS
    spans = tuple((int(opens * 60), int(closes * 60)) for opens, closes in table[hours])
    days = [spans] * 7
    if late < 0.5:  # noqa: PLR2004
        *early, (opens, closes) = spans
        days[FRIDAY] = days[SATURDAY] = (*early, (opens, closes + 30))
    if monday < _FREE_MONDAYS.get(hours, 0):
        days[MONDAY] = ()
    return Week(tuple(days))


def minute_at(week: Week, weekday: int, rhythm: str, chance: Random) -> int | None:
    """A minute of that weekday (past 1440 it is the night after) when the store has guests."""
    spans = week.spans(weekday)
    if not spans:
        return None
    peaks = PEAKS[rhythm]
    for _ in range(_TRIES):
        (peak,) = chance.choices(peaks, [peak.share for peak in peaks])
        minute = int(60 * chance.gauss(peak.hour, peak.spread))
        if week.is_open(weekday, minute):
            return minute
    opens, closes = chance.choice(spans)
    return chance.randint(opens + _MARGIN_MINUTES, closes - _MARGIN_MINUTES)

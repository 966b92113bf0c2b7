"""Time as tariffs count it: bands one after the other, and the units that begin in them.

All numbers are minutes since 1970 in UTC; local time comes in only where a day of the tariff begins.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from district.calendar.day_class import DayClass, DayClassOf
from parking.tariff.rules import DAY_MINUTES, DayFilter
from parking.tariff.schedule import NO_LIMIT, DaySpan, PricedBand, VehicleSchedule
from parking.tariff.values import TierClock


class BandSpan(NamedTuple):
    """A stretch of one band within one day of the tariff; `continues` the one before it over the start of the day."""

    start: int
    end: int
    band: PricedBand
    day: int
    continues: bool


class UnitRun(NamedTuple):
    """Units of one price, one after the other, that all begin in one band, day and 24 hours."""

    start: int
    units: int
    unit_minutes: int
    price_fen: int
    # Of the last unit, as far as it lies in its band where units end with their band.
    end: int
    rule: str
    band: PricedBand
    occurrence: int
    day: int
    window: int


@lru_cache(maxsize=8192)
def clock_minute(timezone: ZoneInfo, day: int, minutes: int) -> int:
    """When the clocks show so many minutes after the midnight with which an ordinal day begins.

    A time that the clocks jump over is the instant of the jump, one that comes twice its first instant.
    """
    local = datetime.fromordinal(day) + timedelta(minutes=minutes)
    found = int(local.replace(tzinfo=timezone).timestamp()) // 60
    if _local_time(found, timezone) == local:
        return found
    before = int(local.replace(tzinfo=timezone, fold=1).timestamp()) // 60
    while before + 1 < found:
        middle = (before + found) // 2
        before, found = (
            (before, middle) if _local_time(middle, timezone) >= local else (middle, found)
        )
    return found


def _local_time(minute: int, timezone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(minute * 60, timezone).replace(tzinfo=None)


def band_spans(
    schedule: VehicleSchedule, day_class_of: DayClassOf, day: int, begin: int
) -> Iterator[BandSpan]:
    """From `begin`, which is not before the given ordinal day of the tariff, on for ever."""
    timezone, day_start = schedule.timezone, schedule.day_start
    midnight = clock_minute(timezone, day, day_start)
    identity = -1
    while True:
        following = clock_minute(timezone, day + 1, day_start)
        is_plain = following - midnight == DAY_MINUTES
        for start, end, band, is_remainder in _spans_of_day(schedule, day_class_of, day):
            if is_plain:
                start, end = midnight + start, midnight + end  # noqa: PLW2901
            else:
                start = clock_minute(timezone, day, day_start + start)  # noqa: PLW2901
                end = clock_minute(timezone, day, day_start + end)  # noqa: PLW2901
            if end > begin and end > start:
                continues = is_remainder and band.identity == identity
                yield BandSpan(max(start, begin), end, band, day, continues)
                identity = band.identity
        day, midnight = day + 1, following


def _spans_of_day(
    schedule: VehicleSchedule, day_class_of: DayClassOf, day: int
) -> tuple[DaySpan, ...]:
    if len(schedule.days) > 1:
        on = date.fromordinal(day)
        # Asked at most once, and only where a filter needs it.
        day_class: DayClass | None = None
        for days, spans in schedule.days:
            if days is None:
                return spans
            if days.classes and day_class is None:
                day_class = day_class_of(on)
            if _passes(days, day_class, (on.month, on.day)):
                return spans
    return schedule.days[-1].spans


def _passes(days: DayFilter, day_class: DayClass | None, month_day: tuple[int, int]) -> bool:
    return (not days.classes or day_class in days.classes) and (
        not days.seasons or any(season.contains(month_day) for season in days.seasons)
    )


def unit_runs(  # noqa: PLR0912
    schedule: VehicleSchedule, day_class_of: DayClassOf, *, day: int, entry: int, begin: int
) -> Iterator[UnitRun]:
    """What is charged from `begin` on, for ever; the caller stops. `entry` is where the 24 hours begin."""
    is_per_band, tier_clock = schedule.is_per_band, schedule.tier_clock
    has_windows = schedule.rolling_cap_fen < NO_LIMIT
    window_end = entry + DAY_MINUTES if has_windows else NO_LIMIT
    # `position`: where the next unit begins; `clock`: minutes outside free bands until the span's start.
    position, clock, clock_start, occurrence, last_day = begin, 0, 0, 0, day
    is_flat_paid = False
    flats_of_visit: set[int] = set()
    for start, end, band, span_day, continues in band_spans(schedule, day_class_of, day, begin):
        if not continues:
            occurrence += 1
            is_flat_paid = band.identity in flats_of_visit
            if is_per_band:
                position = start
            if tier_clock is TierClock.BAND:
                clock_start = clock
        if span_day != last_day:
            last_day = span_day
            if tier_clock is TierClock.DAY:
                clock_start = clock
        if band.tiers:
            while position < end:
                if position >= window_end:
                    window_end += DAY_MINUTES * ((position - window_end) // DAY_MINUTES + 1)
                elapsed = clock - clock_start + position - start
                for until, unit, price, rule in band.tiers:  # noqa: B007
                    if elapsed < until:
                        break
                stop = min(end, window_end, position + until - elapsed)
                units = -((position - stop) // unit)
                first, position = position, position + units * unit
                last = min(position, end) if is_per_band else position
                yield UnitRun(
                    first, units, unit, price, last, rule, band, occurrence, span_day, window_end
                )
            clock += end - start
        elif position < end:
            if position >= window_end:
                window_end += DAY_MINUTES * ((position - window_end) // DAY_MINUTES + 1)
            is_free = band.flat_fen is None
            price = 0 if is_flat_paid or band.flat_fen is None else band.flat_fen
            yield UnitRun(
                position,
                1,
                end - position,
                price,
                end,
                band.rule,
                band,
                occurrence,
                span_day,
                window_end,
            )
            position = end
            is_flat_paid = True
            if band.is_flat_once:
                flats_of_visit.add(band.identity)
            clock += 0 if is_free else end - start
        else:
            clock += 0 if band.flat_fen is None else end - start

"""Adds up units under the caps: what is charged until the exit, and what comes after it."""

from collections.abc import Iterable
from typing import NamedTuple

from parking.tariff.schedule import NO_LIMIT, VehicleSchedule
from parking.tariff.timeline import UnitRun
from parking.tariff.values import LineKind


class FeeLineMinutes(NamedTuple):
    """A line whose instants are still minutes."""

    kind: LineKind
    rule: str
    start: int
    end: int
    units: int
    unit_minutes: int
    unit_price_fen: int
    amount_fen: int


class ChargedUnits(NamedTuple):
    """The lines sum to the gross. Exits are the first minutes of exit at which so much is due; NO_LIMIT is never."""

    gross_fen: int
    lines: list[FeeLineMinutes]
    first_paid_exit: int
    next_exit: int
    next_gross_fen: int


def charge_runs(
    schedule: VehicleSchedule, runs: Iterable[UnitRun], leave: int, *, horizon: int
) -> ChargedUnits:
    """The units that begin before `leave`, and the first one after it that costs anything."""
    gross, first_paid, next_exit, next_gross = 0, NO_LIMIT, NO_LIMIT, 0
    lines: list[FeeLineMinutes] = []
    cap_lines: dict[tuple[str, int], FeeLineMinutes] = {}
    visit_left = schedule.visit_cap_fen
    band_left = day_left = window_left = 0
    in_occurrence = in_day = in_window = -1
    for start, units, unit, price, end, rule, band, occurrence, day, window in runs:
        if start >= leave and (start >= horizon or not visit_left):
            break
        if not price:
            if start < leave:
                line = FeeLineMinutes(LineKind.FREE, rule, start, min(end, leave), 0, unit, 0, 0)
                _add_line(lines, line)
            continue
        if occurrence != in_occurrence:
            in_occurrence, band_left = occurrence, band.cap_fen
        if day != in_day:
            in_day, day_left = day, schedule.day_cap_fen
        if window != in_window:
            in_window, window_left = window, schedule.rolling_cap_fen
        left = min(band_left, day_left, window_left, visit_left)
        begun = 0
        if start < leave:
            begun = min(units, -((start - leave) // unit))
            full = begun * price
            net = min(full, left)
            until = end if begun == units else start + begun * unit
            _add_line(
                lines,
                FeeLineMinutes(
                    LineKind.CHARGE, rule, start, min(until, leave), begun, unit, price, full
                ),
            )
            if net < full:
                cap = _binding_cap(
                    left,
                    (f"{band.rule}/cap", band_left, occurrence),
                    ("day", day_left, day),
                    ("rolling_24h", window_left, window),
                    ("visit", visit_left, 0),
                )
                _add_cap(cap_lines, cap, start, min(until, leave), net - full)
            if net and first_paid == NO_LIMIT:
                first_paid = start + 1
            gross += net
            band_left -= net
            day_left -= net
            window_left -= net
            visit_left -= net
            left -= net
        if left and begun < units:
            next_exit, next_gross = start + begun * unit + 1, gross + min(price, left)
            break
    return ChargedUnits(
        gross, [*lines, *cap_lines.values()], min(first_paid, next_exit), next_exit, next_gross
    )


def _add_line(lines: list[FeeLineMinutes], line: FeeLineMinutes) -> None:
    """Runs that were only parted by the start of a day or of 24 hours are one line."""
    if lines:
        last = lines[-1]
        # Rule, length and price of a unit.
        if last.end == line.start and last[1] == line[1] and last[5:7] == line[5:7]:
            line = line._replace(
                start=last.start,
                units=last.units + line.units,
                amount_fen=last.amount_fen + line.amount_fen,
            )
            lines.pop()
    lines.append(line)


def _binding_cap(left: int, *caps: tuple[str, int, int]) -> tuple[str, int]:
    """The first cap that leaves no more than `left`, with the period it counts in."""
    for rule, cap_left, period in caps:
        if cap_left == left:
            return rule, period
    raise AssertionError("no cap binds")


def _add_cap(
    cap_lines: dict[tuple[str, int], FeeLineMinutes],
    cap: tuple[str, int],
    start: int,
    end: int,
    amount_fen: int,
) -> None:
    if (line := cap_lines.get(cap)) is not None:
        start, amount_fen = line.start, amount_fen + line.amount_fen
    cap_lines[cap] = FeeLineMinutes(LineKind.CAP, cap[0], start, end, 0, 0, 0, amount_fen)

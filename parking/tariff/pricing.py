"""What a stay costs: `price` is the one function that quotes, shows, charges and audits a fee."""

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from district.calendar.day_class import DayClassOf
from parking.tariff.charging import ChargedUnits, FeeLineMinutes, charge_runs
from parking.tariff.rules import DAY_MINUTES, Grace, TariffRules
from parking.tariff.schedule import NO_LIMIT, VehicleSchedule, schedule_of
from parking.tariff.timeline import unit_runs
from parking.tariff.values import (
    HORIZON_DAYS,
    FeeLine,
    FeeQuote,
    GraceLimit,
    GraceMode,
    GraceScope,
    LineKind,
    StayContext,
    VehicleClass,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HORIZON_MINUTES: Final = HORIZON_DAYS * DAY_MINUTES
_PLAIN: Final = StayContext()


class _Stay(NamedTuple):
    """A stay in whole minutes: from `entry` on, charged from `begin` on, not before `paid_from`."""

    schedule: VehicleSchedule
    day_class_of: DayClassOf
    # The ordinal day of the tariff on which the car came.
    day: int
    entry: int
    begin: int
    # The first minute of exit that the grace does not cover.
    paid_from: int


class _Fee(NamedTuple):
    """A fee under one placement of the credited minutes; `free_until` and `next_exit` are minutes of exit."""

    gross_fen: int
    lines: list[FeeLineMinutes]
    free_until: int
    next_exit: int
    next_gross_fen: int


def price(  # noqa: PLR0917
    rules: TariffRules,
    day_class_of: DayClassOf,
    vehicle: VehicleClass,
    entered_at: datetime,
    left_at: datetime,
    context: StayContext = _PLAIN,
) -> FeeQuote:
    """What a stay costs that ends at `left_at`. The same arguments give the same quote, for ever.

    A minute of the clock counts when the car stood there for all of it: a started minute is free.
    Raises ValueError for instants without a zone, an exit before the entry, and negative credits.
    """
    if entered_at.utcoffset() is None or left_at.utcoffset() is None:
        raise ValueError("instants need a zone")
    if left_at < entered_at or context.credit_minutes < 0:
        raise ValueError("a stay ends after it begins, and credits are not negative")
    entry = -int(-entered_at.timestamp() // 60)
    leave = max(int(left_at.timestamp() // 60), entry)
    schedule = schedule_of(rules, vehicle, is_electric=context.is_electric)
    if schedule.is_free:
        lines = [_free_line("vehicle", entry, leave)]
        fee = _Fee(0, lines, NO_LIMIT, NO_LIMIT, 0)
    else:
        stay, lines = _stay(rules, schedule, day_class_of, context, entry=entry, leave=leave)
        fee = _fee(stay, leave, context.credit_minutes)
        lines += fee.lines
    return FeeQuote(
        gross_fen=fee.gross_fen,
        lines=tuple(_line(line) for line in lines if line.start < line.end),
        minutes=leave - entry,
        free_until=_instant(fee.free_until),
        next_change_at=_instant(fee.next_exit),
        next_gross_fen=None if fee.next_exit >= NO_LIMIT else fee.next_gross_fen,
        sha256=rules.sha256,
    )


def _stay(
    rules: TariffRules,
    schedule: VehicleSchedule,
    day_class_of: DayClassOf,
    context: StayContext,
    *,
    entry: int,
    leave: int,
) -> tuple[_Stay, list[FeeLineMinutes]]:
    """The stay, and lines of the first minutes that the tariff gives."""
    local = datetime.fromtimestamp(entry * 60, schedule.timezone)
    day = local.toordinal() - (local.hour * 60 + local.minute < schedule.day_start)
    begin, paid_from, lines = entry, entry, []
    if (grace := _grace(rules, context)) is not None:
        if grace.mode is GraceMode.DEDUCT:
            begin += grace.minutes
            lines.append(_free_line("grace", entry, min(begin, leave)))
        else:
            paid_from += grace.minutes + (grace.limit is GraceLimit.FREE)
    if schedule.electric_minutes:
        lines.append(_free_line("electric", begin, min(begin + schedule.electric_minutes, leave)))
        begin += schedule.electric_minutes
    return _Stay(schedule, day_class_of, day, entry, begin, paid_from), lines


def _grace(rules: TariffRules, context: StayContext) -> Grace | None:
    grace = rules.grace
    if grace is not None and context.grace_used and grace.scope is GraceScope.DAY:
        return None
    return grace


def _fee(stay: _Stay, leave: int, credit: int) -> _Fee:
    """The cheaper of two placements of the credited minutes: the first of the stay, or the last."""
    if not credit:
        return _placed_fee(stay, leave, first=0, last=0)
    at_start = _placed_fee(stay, leave, first=credit, last=0)
    at_end = _placed_fee(stay, leave, first=0, last=credit)
    cheaper = at_end if at_end.gross_fen < at_start.gross_fen else at_start
    # Fees never fall, so the lower of both rises when the last of those that are lowest now does.
    next_exit = max(
        fee.next_exit for fee in (at_start, at_end) if fee.gross_fen == cheaper.gross_fen
    )
    next_gross_fen = 0
    if next_exit < NO_LIMIT:
        next_gross_fen = min(
            _placed_fee(stay, next_exit, first=credit, last=0).gross_fen,
            _placed_fee(stay, next_exit, first=0, last=credit).gross_fen,
        )
    return cheaper._replace(
        free_until=max(at_start.free_until, at_end.free_until),
        next_exit=next_exit,
        next_gross_fen=next_gross_fen,
    )


def _placed_fee(stay: _Stay, leave: int, *, first: int, last: int) -> _Fee:
    """The fee when the first or the last minutes are credited; the grace looks at what they leave."""
    paid_from = stay.paid_from + first + last
    begin = stay.begin + first
    is_in_grace = leave < paid_from
    charge = _charge(stay, begin, (paid_from if is_in_grace else leave) - last, leave)
    if is_in_grace:
        lines = [_free_line("grace", stay.entry, leave)]
        # The grace ends at `paid_from`; where that costs nothing, what comes next counts.
        if charge.gross_fen:
            return _Fee(0, lines, paid_from, paid_from, charge.gross_fen)
        free_until = charge.next_exit + last
        return _Fee(0, lines, free_until, free_until, charge.next_gross_fen)
    lines = charge.lines
    if first:
        lines.insert(0, _credit_line(stay.begin, min(begin, leave)))
    if last:
        lines.append(_credit_line(max(leave - last, stay.begin), leave))
    return _Fee(
        charge.gross_fen,
        lines,
        max(paid_from, charge.first_paid_exit + last),
        charge.next_exit + last,
        charge.next_gross_fen,
    )


def _charge(stay: _Stay, begin: int, leave: int, seen_from: int) -> ChargedUnits:
    runs = unit_runs(stay.schedule, stay.day_class_of, day=stay.day, entry=stay.entry, begin=begin)
    return charge_runs(stay.schedule, runs, leave, horizon=seen_from + _HORIZON_MINUTES)


def _free_line(rule: str, start: int, end: int) -> FeeLineMinutes:
    return FeeLineMinutes(LineKind.FREE, rule, start, end, 0, 0, 0, 0)


def _credit_line(start: int, end: int) -> FeeLineMinutes:
    return FeeLineMinutes(LineKind.CREDIT, "credit", start, end, 0, 0, 0, 0)


def _line(line: FeeLineMinutes) -> FeeLine:
    kind, rule, start, end, units, unit_minutes, unit_price_fen, amount_fen = line
    starts_at = _EPOCH + timedelta(minutes=start)
    ends_at = _EPOCH + timedelta(minutes=end)
    return FeeLine(kind, rule, starts_at, ends_at, units, unit_minutes, unit_price_fen, amount_fen)


def _instant(minute: int) -> datetime | None:
    return None if minute >= NO_LIMIT else _EPOCH + timedelta(minutes=minute)

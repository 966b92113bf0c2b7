"""The rules as one vehicle class meets them: prices scaled, bands laid out from the start of a tariff's day."""

from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from parking.tariff.consistency import band_minutes
from parking.tariff.rules import (
    DAY_MINUTES,
    UNSCALED_BP,
    Band,
    DayFilter,
    DayTable,
    ElectricRule,
    TariffRules,
    VehicleRule,
)
from parking.tariff.values import FlatScope, Rounding, TierClock, VehicleClass

# More than any amount or minute that occurs.
NO_LIMIT: Final = 10**12


class PricedTier(NamedTuple):
    until_minutes: int
    unit_minutes: int
    price_fen: int
    rule: str


class PricedBand(NamedTuple):
    """A band with its prices; bands of the same `identity` are one that goes on over the start of a day."""

    identity: int
    rule: str
    tiers: tuple[PricedTier, ...]
    flat_fen: int | None
    is_flat_once: bool
    cap_fen: int


class DaySpan(NamedTuple):
    """Where a band lies in a day of the tariff, in minutes from the start of that day.

    `is_remainder` is the part of a band that began before that start.
    """

    start: int
    end: int
    band: PricedBand
    is_remainder: bool


class DaySchedule(NamedTuple):
    days: DayFilter | None
    spans: tuple[DaySpan, ...]


class VehicleSchedule(NamedTuple):
    """All that pricing asks of the rules."""

    timezone: ZoneInfo
    day_start: int
    is_per_band: bool
    tier_clock: TierClock
    days: tuple[DaySchedule, ...]
    day_cap_fen: int
    rolling_cap_fen: int
    visit_cap_fen: int
    is_free: bool
    electric_minutes: int


class _Scale(NamedTuple):
    """Two multipliers and one rounding, half up."""

    price_bp2: int
    cap_bp2: int

    def price(self, fen: int) -> int:
        return _scaled(fen, self.price_bp2)

    def cap(self, fen: int | None) -> int:
        return NO_LIMIT if fen is None else _scaled(fen, self.cap_bp2)


def schedule_of(rules: TariffRules, vehicle: VehicleClass, *, is_electric: bool) -> VehicleSchedule:
    """Made once for each set of rules."""
    key = vehicle, is_electric
    if (schedule := rules.schedules.get(key)) is None:
        schedule = rules.schedules[key] = _make_schedule(rules, vehicle, is_electric=is_electric)
    return schedule


def _make_schedule(
    rules: TariffRules, vehicle: VehicleClass, *, is_electric: bool
) -> VehicleSchedule:
    vehicle_rule = dict(rules.vehicles).get(vehicle, VehicleRule())
    scalers: list[VehicleRule | ElectricRule] = [vehicle_rule]
    if is_electric:
        scalers.append(rules.electric)
    price_bp2 = cap_bp2 = UNSCALED_BP ** (2 - len(scalers))
    for scaler in scalers:
        price_bp2 *= scaler.multiplier_bp
        cap_bp2 *= scaler.multiplier_bp if scaler.scales_caps else UNSCALED_BP
    scale = _Scale(price_bp2, cap_bp2)
    caps = vehicle_rule.caps or rules.caps
    identities: dict[Band, int] = {}
    return VehicleSchedule(
        timezone=rules.timezone,
        day_start=rules.day_start,
        is_per_band=rules.rounding == Rounding.PER_BAND,
        tier_clock=rules.tier_clock,
        days=tuple(
            DaySchedule(table.days, _spans(table, rules.day_start, scale, identities))
            for table in vehicle_rule.tables or rules.tables
        ),
        day_cap_fen=scale.cap(caps.day_fen),
        rolling_cap_fen=scale.cap(caps.rolling_24h_fen),
        visit_cap_fen=scale.cap(caps.visit_fen),
        is_free=vehicle_rule.is_free,
        electric_minutes=rules.electric.free_minutes if is_electric else 0,
    )


def _spans(
    table: DayTable, day_start: int, scale: _Scale, identities: dict[Band, int]
) -> tuple[DaySpan, ...]:
    spans = []
    for band in table.bands:
        identity = identities.setdefault(band, len(identities))
        priced = _priced_band(f"{table.name}/{band.name}", band, identity, scale)
        start = (band.start - day_start) % DAY_MINUTES
        end = start + band_minutes(band)
        spans.append(DaySpan(start, min(end, DAY_MINUTES), priced, is_remainder=False))
        if end > DAY_MINUTES:
            spans.append(DaySpan(0, end - DAY_MINUTES, priced, is_remainder=True))
    return tuple(sorted(spans, key=lambda span: span.start))


def _priced_band(rule: str, band: Band, identity: int, scale: _Scale) -> PricedBand:
    return PricedBand(
        identity=identity,
        rule=rule,
        tiers=tuple(
            PricedTier(
                NO_LIMIT if tier.until_minutes is None else tier.until_minutes,
                tier.unit_minutes,
                scale.price(tier.price_fen),
                f"{rule}/{number}",
            )
            for number, tier in enumerate(band.tiers, 1)
        ),
        flat_fen=None if band.flat_fen is None else scale.price(band.flat_fen),
        is_flat_once=band.flat_scope == FlatScope.VISIT,
        cap_fen=scale.cap(band.cap_fen),
    )


def _scaled(fen: int, bp2: int) -> int:
    whole = UNSCALED_BP * UNSCALED_BP
    return (fen * bp2 + whole // 2) // whole

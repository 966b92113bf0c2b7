"""The rules of a tariff as values; `document.py` makes them of a document and refuses what is wrong."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from district.calendar.day_class import DayClass
from parking.tariff.values import (
    FlatScope,
    GraceLimit,
    GraceMode,
    GraceScope,
    Rounding,
    TierClock,
    VehicleClass,
)

if TYPE_CHECKING:
    from parking.tariff.schedule import VehicleSchedule

# Prices are scaled by parts of ten thousand.
UNSCALED_BP = 10_000
DAY_MINUTES = 24 * 60


@dataclass(frozen=True, slots=True)
class Tier:
    """The price of a unit that begins before `until_minutes` of the tier clock; None is for ever."""

    unit_minutes: int
    price_fen: int
    until_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Band:
    """Hours of a day, in minutes from midnight; one that ends at or before its start crosses midnight.

    Priced by its tiers, or by `flat_fen`, or free when it has neither.
    """

    name: str
    start: int
    end: int
    tiers: tuple[Tier, ...] = ()
    flat_fen: int | None = None
    flat_scope: FlatScope = FlatScope.BAND
    cap_fen: int | None = None

    @property
    def is_free(self) -> bool:
        return not self.tiers and self.flat_fen is None


@dataclass(frozen=True, slots=True)
class Season:
    """Days of every year as (month, day), both ends included; one that ends before it starts crosses the year."""

    first: tuple[int, int]
    last: tuple[int, int]

    def contains(self, month_day: tuple[int, int]) -> bool:
        if self.first <= self.last:
            return self.first <= month_day <= self.last
        return month_day >= self.first or month_day <= self.last


@dataclass(frozen=True, slots=True)
class DayFilter:
    """Days of these classes, in any of these seasons; empty is all."""

    classes: frozenset[DayClass] = frozenset()
    seasons: tuple[Season, ...] = ()


@dataclass(frozen=True, slots=True)
class DayTable:
    """The bands of the days that pass the filter; together they cover the day once."""

    name: str
    bands: tuple[Band, ...]
    days: DayFilter | None = None


@dataclass(frozen=True, slots=True)
class FeeCaps:
    """The most that a day of the tariff, 24 hours from the entry, and a visit cost."""

    day_fen: int | None = None
    rolling_24h_fen: int | None = None
    visit_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Grace:
    minutes: int
    mode: GraceMode
    limit: GraceLimit
    scope: GraceScope


@dataclass(frozen=True, slots=True)
class VehicleRule:
    """What differs for a vehicle class: free, prices scaled (and the caps with them), or own tables and caps."""

    is_free: bool = False
    multiplier_bp: int = UNSCALED_BP
    scales_caps: bool = True
    tables: tuple[DayTable, ...] = ()
    caps: FeeCaps | None = None


@dataclass(frozen=True, slots=True)
class ElectricRule:
    """What differs for electric cars: the first minutes are free, prices (and caps) are scaled."""

    free_minutes: int = 0
    multiplier_bp: int = UNSCALED_BP
    scales_caps: bool = True


@dataclass(frozen=True, slots=True)
class TariffRules:
    """All rules of a tariff. A day of the tariff begins at `day_start`: the tables, the cap and the
    tier clock of a day change then. A band that crosses it goes on where the next day has the same."""

    timezone: ZoneInfo
    day_start: int
    rounding: Rounding
    tier_clock: TierClock
    tables: tuple[DayTable, ...]
    grace: Grace | None = None
    caps: FeeCaps = FeeCaps()
    vehicles: tuple[tuple[VehicleClass, VehicleRule], ...] = ()
    electric: ElectricRule = ElectricRule()
    # Of the canonical document.
    sha256: str = field(default="", compare=False)
    # What `schedule_of` made of the rules, by vehicle class and electric or not.
    schedules: dict[tuple[VehicleClass, bool], "VehicleSchedule"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

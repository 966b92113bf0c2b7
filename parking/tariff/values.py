"""The words of tariffs, what is known of a stay, and what a stay costs."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class VehicleClass(StrEnum):
    """A class for which a tariff says nothing is priced as small."""

    SMALL = "small"
    LARGE = "large"
    MOTORCYCLE = "motorcycle"
    # Police, ambulance, military.
    SPECIAL = "special"


class GraceMode(StrEnum):
    """A stay within the grace is free; a longer one is charged from its start, or without the grace."""

    FREE_IF_WITHIN = "free_if_within"
    DEDUCT = "deduct"


class GraceLimit(StrEnum):
    """What a stay of exactly the minutes of grace costs."""

    FREE = "free"
    CHARGED = "charged"


class GraceScope(StrEnum):
    """Once for every visit, or for a plate's first visit of a day of the tariff."""

    VISIT = "visit"
    DAY = "day"


class Rounding(StrEnum):
    """Units begin anew with every band, or belong to the band in which they begin and run on."""

    PER_BAND = "per_band"
    ANCHORED_UNITS = "anchored_units"


class TierClock(StrEnum):
    """From where the minutes of tiers count: the entry, or anew with every day or band."""

    VISIT = "visit"
    DAY = "day"
    BAND = "band"


class FlatScope(StrEnum):
    """A flat price is paid each time that the band occurs, or once in a visit."""

    BAND = "band"
    VISIT = "visit"


class LineKind(StrEnum):
    CHARGE = "charge"
    # Time that costs nothing: a free band, a price of 0, the grace.
    FREE = "free"
    # Minutes that a member or a coupon brought.
    CREDIT = "credit"
    # What a cap takes off; negative.
    CAP = "cap"


@dataclass(frozen=True, slots=True)
class StayContext:
    """What decides the fee besides vehicle class and time.

    `credit_minutes` come from members' levels and coupons. `grace_used` says that the plate had the
    grace of this day of the tariff before; it matters only where the grace is once a day.
    """

    is_electric: bool = False
    credit_minutes: int = 0
    grace_used: bool = False


class FeeLine(NamedTuple):
    """A part of a fee; `rule` names table, band and tier, or the cap. Amounts are fen."""

    kind: LineKind
    rule: str
    starts_at: datetime
    ends_at: datetime
    units: int
    unit_minutes: int
    unit_price_fen: int
    amount_fen: int


class FeeQuote(NamedTuple):
    """What a stay costs if it ends at the instant that was given.

    The lines sum to `gross_fen`. Before `free_until` leaving costs nothing; from `next_change_at` on
    it costs `next_gross_fen`. Each is None where nothing comes within `HORIZON_DAYS` of the exit.
    """

    gross_fen: int
    lines: tuple[FeeLine, ...]
    minutes: int
    free_until: datetime | None
    next_change_at: datetime | None
    next_gross_fen: int | None
    sha256: str


HORIZON_DAYS = 31

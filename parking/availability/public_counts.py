"""Pure: what anybody is told of how full a pool is, so that no single car can be read from it.

Few cars are told as none, and of a small pool only whether there is space; parkkihubi's public counts do the same.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# So few cars are counted as none.
_FEW_CARS: Final = 3
# Of a pool of so many bays no number is told.
_SMALL_POOL: Final = 10
# There is space, but not for long: so few places, or such a share of the bays.
_FEW_PLACES: Final = 5
_FEW_SHARE: Final = 0.05


class SpaceLevel(StrEnum):
    """How much space there is."""

    AVAILABLE = "available"
    FEW = "few"
    FULL = "full"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PublicCount:
    """How much space there is, and how many places, where that may be told."""

    level: SpaceLevel
    free_places: int | None = None


UNKNOWN: Final = PublicCount(SpaceLevel.UNKNOWN)


def free_places(occupied: int, capacity: int) -> int:
    """Never below none: feeds count more cars than bays."""
    return max(0, capacity - occupied)


def public_count(occupied: int, capacity: int) -> PublicCount:
    """What is told of a pool with so many cars on so many bays."""
    if occupied <= _FEW_CARS < capacity:
        occupied = 0
    free = free_places(occupied, capacity)
    if free == 0:
        level = SpaceLevel.FULL
    elif capacity > _SMALL_POOL and free <= max(_FEW_PLACES, capacity * _FEW_SHARE):
        level = SpaceLevel.FEW
    else:
        level = SpaceLevel.AVAILABLE
    return PublicCount(level, free if capacity > _SMALL_POOL else None)

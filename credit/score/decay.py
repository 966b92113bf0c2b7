"""How much an event still counts: half after every half life, nothing beyond the horizon.

Weights are whole multiples of 2**-48, rounded from a power of two that is calculated in integers: the
same on every machine, and sums of them do not depend on their order. They and what one day usually
counts fit into a bigint, so that a database may sum them to the same number.
"""

from functools import cache
from typing import Final

SCALE_BITS: Final = 48
SCALE: Final = 1 << SCALE_BITS
_SPARE_BITS: Final = 208


@cache
def decay_weights(half_life_days: int, horizon_days: int) -> tuple[int, ...]:
    """2**(-age / half life) for each age from 0 to the horizon, times SCALE."""
    bits = SCALE_BITS + _SPARE_BITS
    step = _root(1 << (bits * half_life_days - 1), half_life_days, 1 << bits)
    weights, weight = [], 1 << bits
    for age in range(horizon_days + 1):
        if age % half_life_days == 0:
            weight = (1 << bits) >> (age // half_life_days)
        weights.append((weight + (1 << (_SPARE_BITS - 1))) >> _SPARE_BITS)
        weight = weight * step >> bits
    return tuple(weights)


def _root(value: int, degree: int, above: int) -> int:
    """The whole part of a root, by Newton's method from a number that is not below it."""
    guess = above
    while True:
        better = ((degree - 1) * guess + value // guess ** (degree - 1)) // degree
        if better >= guess:
            return guess
        guess = better

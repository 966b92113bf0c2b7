"""Chance that falls alike everywhere: a stream of its own for each thing that is drawn."""

from collections.abc import Sequence
from random import Random
from typing import Any

SEED = "smart-district-1"


def random_stream(*of: object) -> Random:
    """The stream of that name. Streams do not disturb each other: one more draw here shifts nothing there."""
    return Random(":".join(map(str, (SEED, *of))))  # noqa: S311 - invented data, not a secret


def apportion(total: int, weights: Sequence[float], *, least: int = 0) -> list[int]:
    """Whole shares that add up to `total`, each at least `least`, by largest remainder."""
    rest = max(0, total - least * len(weights))
    whole = sum(weights)
    exact = [rest * weight / whole for weight in weights]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
    for index in by_remainder[: rest - sum(shares)]:
        shares[index] += 1
    return [share + least for share in shares]


def shuffle(stream: Random, things: Sequence[Any]) -> list[Any]:
    """The things in an order of chance, spelled out so that no Python version orders them otherwise."""
    order = sorted((stream.random(), index) for index in range(len(things)))
    return [things[index] for _, index in order]

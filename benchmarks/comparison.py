"""Runs candidates in turns, so that whatever else the machine does hits all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.meter import other_load_now
from benchmarks.scale import Scale


@dataclass(frozen=True)
class Run:
    """One stretch of load: acts a second, CPU microseconds of each act, cores that other load used."""

    acts: int
    rate: float
    cpu_us_server: float
    cpu_us_client: float
    other_load: float


Runs = Mapping[str, list[Run]]


def compare(scale: Scale, candidates: Mapping[str, Callable[[], Run]]) -> Runs:
    """Each candidate's runs, taken in turns; before each, a wait of some seconds for a quiet machine."""
    runs: dict[str, list[Run]] = {name: [] for name in candidates}
    for _ in range(scale.rounds):
        for name, run in candidates.items():
            wait_for_quiet(scale)
            runs[name].append(run())
    return runs


def best(runs: list[Run]) -> Run:
    return max(runs, key=lambda run: run.rate)


def cheapest(runs: list[Run]) -> Run:
    """The run whose acts cost the least CPU: the figure that other load disturbs least."""
    return min(runs, key=lambda run: run.cpu_us_server + run.cpu_us_client)


def wait_for_quiet(scale: Scale) -> None:
    """Up to some seconds, for the others on this machine to do little."""
    give_up = time.monotonic() + scale.patience_seconds
    while time.monotonic() < give_up and other_load_now() > scale.quiet:
        pass

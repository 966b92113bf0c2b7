"""Runs rivals in turns, so that whatever else the machine does hits all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.meter import strangers_now
from benchmarks.scale import Scale


@dataclass(frozen=True)
class Run:
    """One stretch of load: acts a second, CPU microseconds of each act, cores that strangers used."""

    acts: int
    rate: float
    cpu_us_server: float
    cpu_us_client: float
    strangers: float


Runs = Mapping[str, list[Run]]


def contest(scale: Scale, rivals: Mapping[str, Callable[[], Run]]) -> Runs:
    """Each rival's runs, taken in turns; before each, some seconds of patience for a quiet machine."""
    runs: dict[str, list[Run]] = {name: [] for name in rivals}
    for _ in range(scale.rounds):
        for name, run in rivals.items():
            wait_for_quiet(scale)
            runs[name].append(run())
    return runs


def best(runs: list[Run]) -> Run:
    return max(runs, key=lambda run: run.rate)


def thriftiest(runs: list[Run]) -> Run:
    """The run whose acts cost the least CPU: the figure that other load disturbs least."""
    return min(runs, key=lambda run: run.cpu_us_server + run.cpu_us_client)


def wait_for_quiet(scale: Scale) -> None:
    """Up to some seconds, for the others on this machine to do little."""
    give_up = time.monotonic() + scale.patience
    while time.monotonic() < give_up and strangers_now() > scale.quiet:
        pass

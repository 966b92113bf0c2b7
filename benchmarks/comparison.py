"""Runs candidates in turns, so that whatever else the machine does hits all of them."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Self

from benchmarks.meter import ResourceUse, other_load_now
from benchmarks.scale import Scale


@dataclass(frozen=True)
class Run:
    """One stretch of load: acts a second, cores that other load used, and of each act the CPU microseconds of
    PostgreSQL, web server and client and what it wrote into the write-ahead log."""

    acts: int
    rate: float
    cpu_us_server: float
    cpu_us_web: float
    cpu_us_client: float
    other_load: float
    wal_bytes: float
    wal_records: float

    @classmethod
    def of(cls, acts: int, rate: float, used: ResourceUse) -> Self:
        return cls(
            acts=acts,
            rate=rate,
            cpu_us_server=used.server / acts * 1e6,
            cpu_us_web=used.web / acts * 1e6,
            cpu_us_client=used.client / acts * 1e6,
            other_load=used.other_load,
            wal_bytes=used.wal_bytes / acts,
            wal_records=used.wal_records / acts,
        )

    @property
    def cpu_us(self) -> float:
        return self.cpu_us_server + self.cpu_us_web + self.cpu_us_client


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
    return min(runs, key=lambda run: run.cpu_us)


def wait_for_quiet(scale: Scale) -> None:
    """Up to some seconds, for the others on this machine to do little."""
    give_up = time.monotonic() + scale.patience_seconds
    while time.monotonic() < give_up and other_load_now() > scale.quiet:
        pass

"""How many random stays the tariff engine prices in a second, by an oracle that counts every minute.

The oracle is that of the tests: every fee of the engine must be its, or there is no result.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from benchmarks import meter
from benchmarks.bench import Incorrect
from benchmarks.comparison import Run, compare
from benchmarks.report import BenchmarkResult, Target, compared
from benchmarks.scale import Scale
from parking.tariff.document import read_tariff
from parking.tariff.examples import published_tariffs
from parking.tariff.pricing import price
from parking.tariff.rules import TariffRules
from parking.tariff.values import VehicleClass
from tests.parking.tariff.minute_oracle import MinuteOracle
from tests.parking.tariff.random_tariffs import class_of, random_document, random_stay

TARGET = Target(1, 3)
SMALL = VehicleClass.SMALL
TARIFFS, STAYS_OF_TARIFF, MOST_DAYS = 100, 20, 4
LONG_DAYS = 400


class _StayCase(NamedTuple):
    rules: TariffRules
    oracle: MinuteOracle
    entry: datetime
    leave: datetime

    def quoted_fen(self) -> int:
        return price(self.rules, class_of, SMALL, self.entry, self.leave).gross_fen

    def counted_fen(self) -> int:
        return self.oracle.fee(self.entry, self.leave)


def parking_quote(scale: Scale, *, corrupt: bool = False) -> BenchmarkResult:
    """Quotes with lines and next change by bare fees of the oracle; stays of minutes to four days.

    Raises Incorrect.
    """
    cases = _cases(2 if scale.tiny else TARIFFS)
    quoted = [case.quoted_fen() for case in cases]
    if corrupt:
        quoted[0] += 1
    wrong = [case for case, fen in zip(cases, quoted, strict=True) if fen != case.counted_fen()]
    if wrong:
        raise Incorrect(f"{len(wrong)} of {len(cases)} stays cost something else by the minute")
    runs = compare(
        scale,
        {
            "ours": lambda: _run(scale, cases, _StayCase.quoted_fen),
            "limit": lambda: _run(scale, cases, _StayCase.counted_fen),
        },
    )
    return compared(
        "parking_quote",
        runs,
        TARGET,
        limit_is="the same stays counted minute by minute",
        unit="quotes/s",
        long_stay_days=LONG_DAYS,
        long_stay_ms=_long_stay_ms(),
    )


def _cases(tariffs: int) -> list[_StayCase]:
    rng = Random(1)
    cases = []
    for _ in range(tariffs):
        document = random_document(rng)
        rules, oracle = read_tariff(document), MinuteOracle(document, class_of)
        cases += [
            _StayCase(rules, oracle, *random_stay(rng, MOST_DAYS)) for _ in range(STAYS_OF_TARIFF)
        ]
    return cases


def _run(scale: Scale, cases: Sequence[_StayCase], fee: Callable[[_StayCase], int]) -> Run:
    """Whole turns through all stays, so that both price the same ones."""
    priced, until = 0, time.monotonic() + scale.seconds
    with meter.measure() as used:
        while not priced or time.monotonic() < until:
            for case in cases:
                fee(case)
            priced += len(cases)
    return Run.of(priced, priced / used.elapsed_seconds, used)


def _long_stay_ms() -> dict[str, float]:
    """CPU milliseconds of a quote for a stay of 400 days, by published tariff."""
    entry = datetime.fromisoformat("2026-01-03T09:41+08:00")
    found = {}
    for key, published in published_tariffs().items():
        rules, durations = read_tariff(published.document), []
        for _ in range(5):
            began = time.process_time()
            price(rules, class_of, SMALL, entry, entry + timedelta(days=LONG_DAYS))
            durations.append(time.process_time() - began)
        found[key] = round(min(durations) * 1000, 2)
    return found

"""What a benchmark says: one JSON object, or a few lines for a person."""

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from benchmarks.comparison import Run, Runs, best, cheapest
from benchmarks.meter import machine


@dataclass(frozen=True)
class Target:
    """What the ratio must reach, and what it should."""

    floor: float
    aim: float
    less_is_better: bool = False

    def verdict(self, ratio: float) -> str:
        def reached(wanted: float) -> bool:
            return ratio <= wanted if self.less_is_better else ratio >= wanted

        return (
            "aim reached"
            if reached(self.aim)
            else "floor reached"
            if reached(self.floor)
            else "BELOW THE FLOOR"
        )


@dataclass(frozen=True)
class BenchmarkResult:
    name: str
    ours: float
    limit: float
    unit: str
    limit_is: str
    target: Target
    runs: Mapping[str, list[Any]]
    tpcb: float | None = None
    tpcb_floor: float | None = None
    cpu_us_server: float | None = None
    cpu_us_client: float | None = None
    # The same ratio by CPU for each act: other load on the machine hardly moves it.
    ratio_cpu: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.limit

    def as_json(self) -> str:
        further_ratios = {
            "name": self.name,
            "ours": round(self.ours, 3),
            "limit": round(self.limit, 3),
            "ratio": float(f"{self.ratio:.4g}"),
            "unit": self.unit,
            "limit_is": self.limit_is,
            "floor": self.target.floor,
            "aim": self.target.aim,
            # Whoever reads this reads a result whose check passed; the others were never reported.
            "correct": True,
            "tpcb": _rounded(self.tpcb, 1),
            "ratio_tpcb": _rounded(self.ours / self.tpcb if self.tpcb else None, 3),
            # The limit is a function of our own: a slow one would flatter the ratio.
            "limit_tpcb": _rounded(self.limit / self.tpcb if self.tpcb else None, 3),
            "floor_limit_tpcb": self.tpcb_floor,
            "ratio_cpu": _rounded(self.ratio_cpu, 3),
            "cpu_us_server": _rounded(self.cpu_us_server, 1),
            "cpu_us_client": _rounded(self.cpu_us_client, 1),
            "machine": machine(),
            **self.details,
            "runs": {name: [_plain(run) for run in runs] for name, runs in self.runs.items()},
        }
        return json.dumps(further_ratios, ensure_ascii=False)

    def as_text(self) -> str:
        lines = [
            f"{self.name}: {self.ours:,.2f} {self.unit}, {self.ratio:.2f} of the limit {self.limit:,.2f}"
            f" ({self.limit_is}); floor {self.target.floor}, aim {self.target.aim}:"
            f" {self.target.verdict(self.ratio)}"
        ]
        if self.tpcb:
            wanted = f", floor {self.tpcb_floor}" if self.tpcb_floor else ""
            lines.append(
                f"  {self.ours / self.tpcb:.2f} of TPC-B's {self.tpcb:,.0f},"
                f" the limit {self.limit / self.tpcb:.2f}{wanted}"
            )
        if self.ratio_cpu:
            lines.append(f"  {self.ratio_cpu:.2f} of the limit by CPU for each act")
        for name, value in self.details.items():
            if isinstance(value, Mapping) and all(
                isinstance(part, Mapping) for part in value.values()
            ):
                lines += [f"  {label}: {_spelled(part)}" for label, part in value.items()]
            else:
                lines.append(f"  {name} {value}")
        lines += [_line(name, runs) for name, runs in self.runs.items()]
        return "\n".join(lines)


def compared(name: str, runs: Runs, target: Target, *, limit_is: str, ours: str = "ours", limit: str = "limit",
             unit: str = "acts/s", tpcb_floor: float | None = None, **details: Any) -> BenchmarkResult:  # fmt: skip
    """The result of a comparison: the best run of ours by the best run of its limit."""
    mine, other = best(runs[ours]), best(runs[limit])
    cheap, other_cheap = cheapest(runs[ours]), cheapest(runs[limit])
    return BenchmarkResult(
        name=name,
        ours=mine.rate,
        limit=other.rate,
        unit=unit,
        limit_is=limit_is,
        target=target,
        runs=runs,
        tpcb=best(runs["tpcb"]).rate if "tpcb" in runs else None,
        tpcb_floor=tpcb_floor,
        cpu_us_server=cheap.cpu_us_server,
        cpu_us_client=cheap.cpu_us_client,
        ratio_cpu=_cpu(other_cheap) / _cpu(cheap),
        details=details,
    )


@dataclass(frozen=True)
class RatioTarget:
    """What a candidate is divided by, and what the ratio should be where there is a target."""

    limit: str
    target: Target | None = None


def further_ratios(runs: Runs, pairs: Mapping[str, RatioTarget]) -> dict[str, Any]:
    """Further ratios of one comparison, best by best, each with its target and what was reached of it."""
    return {
        f"{name.strip()} / {pair.limit}": _ratio(runs[name.strip()], runs[pair.limit], pair.target)
        for name, pair in pairs.items()
    }


def _ratio(ours: list[Run], limit: list[Run], target: Target | None) -> dict[str, Any]:
    mine, other = best(ours).rate, best(limit).rate
    figures = {
        "ratio": round(mine / other, 3),
        "ratio_cpu": round(_cpu(cheapest(limit)) / _cpu(cheapest(ours)), 3),
        "ours": round(mine, 1),
        "limit": round(other, 1),
    }
    if target is None:
        return figures
    wanted = {"floor": target.floor, "aim": target.aim}
    return figures | wanted | {"reached": target.verdict(mine / other)}


def _spelled(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())


def _cpu(run: Run) -> float:
    return run.cpu_us_server + run.cpu_us_client


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _plain(run: Any) -> Any:
    if isinstance(run, Run):
        return {name: _rounded(value, 2) for name, value in asdict(run).items()}
    return run


def _line(name: str, runs: list[Any]) -> str:
    if not runs or not isinstance(runs[0], Run):
        return f"  {name:<10} {', '.join(str(run) for run in runs)}"
    rates = ", ".join(f"{run.rate:,.0f}" for run in runs)
    server = statistics.median(run.cpu_us_server for run in runs)
    client = statistics.median(run.cpu_us_client for run in runs)
    other_load = statistics.median(run.other_load for run in runs)
    return f"  {name:<10} {rates}  (median CPU {server:.0f} + {client:.0f} µs, strangers {other_load:.2f} cores)"

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
    # The ratio of CPU for each act is what counts, since the rates depend on who uses the other core.
    by_cpu: bool = False

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
    # The same ratio by CPU for each act: other load on the machine hardly moves it.
    ratio_cpu: float | None = None
    details: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.ours / self.limit

    @property
    def judged_ratio(self) -> float:
        by_cpu = self.ratio_cpu if self.target.by_cpu else None
        return self.ratio if by_cpu is None else by_cpu

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
            "judged_by_cpu": self.target.by_cpu,
            "reached": self.target.verdict(self.judged_ratio),
            # Whoever reads this reads a result whose check passed; the others were never reported.
            "correct": True,
            "tpcb": _rounded(self.tpcb, 1),
            "ratio_tpcb": _rounded(self.ours / self.tpcb if self.tpcb else None, 3),
            # The limit is a function of our own: a slow one would flatter the ratio.
            "limit_tpcb": _rounded(self.limit / self.tpcb if self.tpcb else None, 3),
            "ratio_cpu": _rounded(self.ratio_cpu, 3),
            "per_act": {
                name: _per_act(runs) for name, runs in self.runs.items() if _are_runs(runs)
            },
            "machine": machine(),
            **self.details,
            "runs": {name: [_plain(run) for run in runs] for name, runs in self.runs.items()},
        }
        return json.dumps(further_ratios, ensure_ascii=False)

    def as_text(self) -> str:
        lines = [
            f"{self.name}: {self.ours:,.2f} {self.unit}, {self.ratio:.2f} of the limit {self.limit:,.2f}"
            f" ({self.limit_is}); floor {self.target.floor}, aim {self.target.aim}"
            f"{' by CPU' if self.target.by_cpu else ''}: {self.target.verdict(self.judged_ratio)}"
        ]
        if self.tpcb:
            lines.append(
                f"  {self.ours / self.tpcb:.2f} of TPC-B's {self.tpcb:,.0f},"
                f" the limit {self.limit / self.tpcb:.2f}"
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
             unit: str = "acts/s", **details: Any) -> BenchmarkResult:  # fmt: skip
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
        ratio_cpu=other_cheap.cpu_us / cheap.cpu_us,
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
    by_rate, by_cpu = mine / other, cheapest(limit).cpu_us / cheapest(ours).cpu_us
    figures = {
        "ratio": round(by_rate, 3),
        "ratio_cpu": round(by_cpu, 3),
        "ours": round(mine, 1),
        "limit": round(other, 1),
    }
    if target is None:
        return figures
    wanted = {"floor": target.floor, "aim": target.aim}
    return figures | wanted | {"reached": target.verdict(by_cpu if target.by_cpu else by_rate)}


def _spelled(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in figures.items())


def _are_runs(runs: list[Any]) -> bool:
    return bool(runs) and isinstance(runs[0], Run)


def _per_act(runs: list[Run]) -> dict[str, float]:
    """CPU of the cheapest run; of the log what the run wrote least, for page images after a checkpoint come on top."""
    cheap = cheapest(runs)
    return {
        "cpu_us": round(cheap.cpu_us, 1),
        "cpu_us_server": round(cheap.cpu_us_server, 1),
        "cpu_us_web": round(cheap.cpu_us_web, 1),
        "cpu_us_client": round(cheap.cpu_us_client, 1),
        "wal_bytes": round(min(run.wal_bytes for run in runs)),
        "wal_records": round(min(run.wal_records for run in runs), 1),
    }


def _rounded(value: float | None, digits: int) -> float | None:
    return None if value is None else round(value, digits)


def _plain(run: Any) -> Any:
    if isinstance(run, Run):
        return {name: _rounded(value, 2) for name, value in asdict(run).items()}
    return run


def _line(name: str, runs: list[Any]) -> str:
    if not _are_runs(runs):
        return f"  {name:<10} {', '.join(str(run) for run in runs)}"
    rates = ", ".join(f"{run.rate:,.0f}" for run in runs)
    act = _per_act(runs)
    other_load = statistics.median(run.other_load for run in runs)
    return (
        f"  {name:<10} {rates}  (an act: CPU {act['cpu_us']:.0f} µs ="
        f" {act['cpu_us_server']:.0f} PostgreSQL + {act['cpu_us_web']:.0f} web"
        f" + {act['cpu_us_client']:.0f} client; {act['wal_bytes']:,.0f} bytes,"
        f" {act['wal_records']:.1f} records of WAL; others used {other_load:.2f} cores)"
    )

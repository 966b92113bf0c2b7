"""Benchmarks of the till API over HTTP."""

from collections.abc import Callable
from dataclasses import replace

from benchmarks.bench import Bench
from benchmarks.comparison import Run, Runs, best, compare
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, Target, compared
from benchmarks.web import RECEIPTS, web

LIMIT_IS = "pgbench on the same SQL function and tables, as many clients"
ORM_SETTINGS = "benchmarks.orm.settings"
ORM_RECEIPTS = replace(RECEIPTS, path="/textbook/receipts")


def earn_http(bench: Bench) -> BenchmarkResult:
    """Receipts over HTTP (key, idempotency, rules, outbox) by the bare function."""
    with web(bench) as server:
        runs, acts = _compare(bench, server.receipts, "earn")
    bench.require_receipts(server.acknowledged + acts, in_flight=server.in_flight)
    return compared(
        "earn_http", runs, Target(0.15, 0.30), limit_is=LIMIT_IS, latencies=server.latencies
    )


def earn_http_orm(bench: Bench) -> BenchmarkResult:
    """Receipts over HTTP by the same endpoint written as a textbook writes it, on the same server."""
    with web(bench, settings=ORM_SETTINGS) as server:
        server.receipts()
        server.receipts(ORM_RECEIPTS)
        runs = compare(
            bench.scale,
            {"ours": server.receipts, "limit": lambda: server.receipts(ORM_RECEIPTS)},
        )
    bench.require_receipts(server.acknowledged, in_flight=server.in_flight)
    return compared(
        "earn_http_orm",
        runs,
        Target(2.0, 4.0),
        limit_is="the same endpoint with serializers and the ORM, same server, same tables",
        latencies=server.latencies,
    )


def hot_merchant(bench: Bench) -> BenchmarkResult:
    """All receipts at one merchant by receipts at all merchants: the function, and over HTTP."""
    pgbench = Pgbench(bench)
    earn = bench.script("earn.pgb")
    with web(bench) as server:
        server.receipts()
        runs = compare(
            bench.scale,
            {
                "function_hot": lambda: pgbench.script(earn, merchants=1),
                "function_spread": lambda: pgbench.script(earn),
                "http_hot": lambda: server.receipts(hot=True),
                "http_spread": server.receipts,
            },
        )
    by_function = sum(
        run.acts for name in ("function_hot", "function_spread") for run in runs[name]
    )
    bench.require_receipts(server.acknowledged + by_function, in_flight=server.in_flight)
    ratios = {
        level: best(runs[f"{level}_hot"]).rate / best(runs[f"{level}_spread"]).rate
        for level in ("function", "http")
    }
    worse = min(ratios, key=lambda level: ratios[level])
    return compared(
        "hot_merchant",
        runs,
        Target(0.9, 1.0),
        ours=f"{worse}_hot",
        limit=f"{worse}_spread",
        limit_is=f"the same receipts at all merchants; of function and HTTP the worse: {worse}",
        ratios={level: round(ratio, 3) for level, ratio in ratios.items()},
    )


def spend_http(bench: Bench) -> BenchmarkResult:
    """Spendings over HTTP, every member with a visit and four live lots, by the bare function."""
    bench.open_visits()
    bench.give_lots()
    with web(bench) as server:
        runs, acts = _compare(bench, server.spendings, "spend")
    bench.require_spendings(server.acknowledged + acts, in_flight=server.in_flight)
    return compared(
        "spend_http", runs, Target(0.12, 0.25), limit_is=LIMIT_IS, latencies=server.latencies
    )


def _compare(bench: Bench, act: Callable[[], Run], verb: str) -> tuple[Runs, int]:
    """The act over HTTP, the verb's SQL function and TPC-B in turns; and how often the function was called."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    script = bench.script(f"{verb}.pgb")
    act()
    runs = compare(
        bench.scale,
        {"ours": act, "limit": lambda: pgbench.script(script), "tpcb": pgbench.tpcb},
    )
    return runs, sum(run.acts for run in runs["limit"])

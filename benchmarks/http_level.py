"""Benchmarks of the till API over HTTP."""

from dataclasses import replace

from benchmarks.bench import Bench
from benchmarks.comparison import best, compare
from benchmarks.function_level import LimitA
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, RatioTarget, Target, compared, further_ratios
from benchmarks.web import RECEIPTS, web

LIMIT_IS = "pgbench on the same SQL function and tables, as many clients"
ORM_SETTINGS = "benchmarks.orm.settings"
ORM_RECEIPTS = replace(RECEIPTS, path="/textbook/receipts")


def earn_http(bench: Bench) -> BenchmarkResult:
    """Receipts over HTTP (key, idempotency, rules, outbox) by limit A, and by the bare function."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    limit_a = LimitA(bench, pgbench)
    earn, few = bench.script("earn.pgb"), bench.scale.few_clients
    with web(bench) as server:
        server.receipts()
        runs = compare(
            bench.scale,
            {
                "ours": server.receipts,
                "limit": limit_a.run,
                "ours_few": lambda: server.load(RECEIPTS, connections=few),
                "limit_few": lambda: limit_a.run(few),
                "function": lambda: pgbench.script(earn),
                "tpcb": pgbench.tpcb,
            },
        )
    by_function = sum(run.acts for run in runs["function"])
    bench.require_receipts(server.acknowledged + by_function, in_flight=server.in_flight)
    limit_a.require(runs, "limit", "limit_few")
    target = Target(0.15, 0.25)
    pairs = {"ours_few": RatioTarget("limit_few", target), "ours": RatioTarget("function")}
    return compared(
        "earn_http",
        runs,
        target,
        limit_is=LimitA.IS,
        few_connections=few,
        most_web_cpu_us=600,
        ratios=further_ratios(runs, pairs),
        latencies=server.latencies,
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
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    spend = bench.script("spend.pgb")
    with web(bench) as server:
        server.spendings()
        runs = compare(
            bench.scale,
            {
                "ours": server.spendings,
                "limit": lambda: pgbench.script(spend),
                "tpcb": pgbench.tpcb,
            },
        )
    acts = sum(run.acts for run in runs["limit"])
    bench.require_spendings(server.acknowledged + acts, in_flight=server.in_flight)
    return compared(
        "spend_http", runs, Target(0.12, 0.25), limit_is=LIMIT_IS, latencies=server.latencies
    )

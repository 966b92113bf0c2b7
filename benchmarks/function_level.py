"""Benchmarks of the SQL functions alone, driven by pgbench."""

from collections.abc import Callable

from benchmarks.bench import Bench
from benchmarks.comparison import Run, best, compare
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, Target, compared

HOT_CLIENTS = 8
TPCB_IS = "pgbench's TPC-B on the same server, as many clients"


def ledger(bench: Bench) -> BenchmarkResult:
    """The shipped earn function by TPC-B."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    earn = bench.script("earn.pgb")
    runs = compare(bench.scale, {"ours": lambda: pgbench.script(earn), "limit": pgbench.tpcb})
    bench.require_receipts(sum(run.acts for run in runs["ours"]))
    return compared("ledger", runs, Target(1.5, 2.0), limit_is=TPCB_IS)


def pgledger_shape(bench: Bench) -> BenchmarkResult:
    """The shipped earn function by a transfer between two accounts in the shape of pgledger."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    bench.run_sql(bench.filled("pgledger_shape.sql"))
    earn, shape = bench.script("earn.pgb"), bench.script("pgledger.pgb")
    runs = compare(
        bench.scale,
        {
            "ours": lambda: pgbench.script(earn),
            "limit": lambda: pgbench.script(shape),
            "tpcb": pgbench.tpcb,
        },
    )
    bench.require_receipts(sum(run.acts for run in runs["ours"]))
    bench.require("shape_transfer", sum(run.acts for run in runs["limit"]))
    bench.require("shape_entry", 2 * sum(run.acts for run in runs["limit"]))
    if bench.value("select sum(balance) from shape_account") != 0:
        bench.refuse("the balances of the pgledger shape do not add up to nothing")
    return compared(
        "pgledger_shape",
        runs,
        Target(1.5, 3.0),
        limit_is="a transfer in the shape of pgledger (both balances inline, text ids, no idempotency key)",
    )


def hot_member(bench: Bench) -> BenchmarkResult:
    """All receipts and all spendings of one member, eight at a time, by those of all members."""
    pgbench = Pgbench(bench)
    bench.give_lots()
    scripts = {"earn": bench.script("earn.pgb"), "spend": bench.script("spend.pgb")}

    def load(act: str, members: int) -> Callable[[], Run]:
        return lambda: pgbench.script(scripts[act], clients=HOT_CLIENTS, members=members)

    runs = compare(
        bench.scale,
        {
            f"{act}_{heat}": load(act, members)
            for act in scripts
            for heat, members in (("hot", 1), ("spread", bench.scale.members))
        },
    )
    bench.require_sound()
    ratios = {
        act: best(runs[f"{act}_hot"]).rate / best(runs[f"{act}_spread"]).rate for act in scripts
    }
    worse = min(ratios, key=lambda act: ratios[act])
    return compared(
        "hot_member",
        runs,
        Target(0.3, 0.5),
        ours=f"{worse}_hot",
        limit=f"{worse}_spread",
        limit_is=f"the same acts of all members, 8 connections; of earn and spend the worse: {worse}",
        ratios={act: round(ratio, 3) for act, ratio in ratios.items()},
    )

"""Benchmarks of the SQL functions alone, driven by pgbench."""

from collections.abc import Callable

from benchmarks.bench import Bench
from benchmarks.comparison import Run, Runs, best, compare
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, RatioTarget, Target, compared, further_ratios

HOT_CLIENTS = 8
LEDGER, SHAPE = Target(0.75, 0.9), Target(0.8, 1.0)


class LimitA:
    """The least an earning can cost in our model (sql/limit_a.sql)."""

    IS = "pgbench on limit A: the rows of an earning with unique keys only, as many clients"

    def __init__(self, bench: Bench, pgbench: Pgbench) -> None:
        self._bench, self._pgbench = bench, pgbench
        bench.run_sql(bench.filled("limit_a.sql"))

    def run(self, clients: int | None = None) -> Run:
        return self._pgbench.script(self._bench.script("limit_a.pgb"), clients=clients)

    def require(self, runs: Runs, *names: str) -> None:
        """Raises Incorrect unless each act has left its rows."""
        acts = sum(run.acts for name in names for run in runs[name])
        for table in ("idem", "receipt", "transfer", "lot", "event"):
            self._bench.require(f"limit_a.{table}", acts)


def ledger(bench: Bench) -> BenchmarkResult:
    """The shipped earn function by limit A."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    limit_a = LimitA(bench, pgbench)
    earn, few = bench.script("earn.pgb"), bench.scale.few_clients
    runs = compare(
        bench.scale,
        {
            "ours": lambda: pgbench.script(earn),
            "limit": limit_a.run,
            "ours_few": lambda: pgbench.script(earn, clients=few),
            "limit_few": lambda: limit_a.run(few),
            "tpcb": pgbench.tpcb,
        },
    )
    bench.require_receipts(sum(run.acts for name in ("ours", "ours_few") for run in runs[name]))
    limit_a.require(runs, "limit", "limit_few")
    return compared(
        "ledger",
        runs,
        LEDGER,
        limit_is=LimitA.IS,
        few_clients=few,
        ratios=further_ratios(runs, {"ours_few": RatioTarget("limit_few", LEDGER)}),
    )


def pgledger_shape(bench: Bench) -> BenchmarkResult:
    """The shipped earn and spend functions by a transfer between two accounts in the shape of pgledger."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    bench.give_lots()
    bench.run_sql(bench.filled("pgledger_shape.sql"))
    scripts = {name: bench.script(f"{name}.pgb") for name in ("earn", "spend", "pgledger")}
    runs = compare(
        bench.scale,
        {
            "earn": lambda: pgbench.script(scripts["earn"]),
            "spend": lambda: pgbench.script(scripts["spend"]),
            "limit": lambda: pgbench.script(scripts["pgledger"]),
            "tpcb": pgbench.tpcb,
        },
    )
    bench.require_sound()
    bench.require("shape_transfer", sum(run.acts for run in runs["limit"]))
    bench.require("shape_entry", 2 * sum(run.acts for run in runs["limit"]))
    if bench.value("select sum(balance) from shape_account") != 0:
        bench.refuse("the balances of the pgledger shape do not add up to nothing")
    worse = min(("earn", "spend"), key=lambda act: best(runs[act]).rate)
    return compared(
        "pgledger_shape",
        runs,
        SHAPE,
        ours=worse,
        limit_is="a transfer in the shape of pgledger (both balances inline, text ids, no idempotency key);"
        f" of earn and spend the worse: {worse}",
        ratios=further_ratios(
            runs, {act: RatioTarget("limit", SHAPE) for act in ("earn", "spend")}
        ),
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

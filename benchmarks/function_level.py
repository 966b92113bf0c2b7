"""Benchmarks of the SQL functions alone, driven by pgbench."""

from collections.abc import Callable

from benchmarks.contest import Run, best, contest
from benchmarks.pgbench import Pgbench
from benchmarks.report import Result, Target, compared
from benchmarks.stage import Stage

HOT_CLIENTS = 8
TPCB_IS = "pgbench's TPC-B on the same server, as many clients"


def ledger(stage: Stage) -> Result:
    """The shipped earn function by TPC-B."""
    pgbench = Pgbench(stage)
    pgbench.prepare_tpcb()
    earn = stage.script("earn.pgb")
    runs = contest(stage.scale, {"ours": lambda: pgbench.script(earn), "limit": pgbench.tpcb})
    stage.require_receipts(sum(run.acts for run in runs["ours"]))
    return compared("ledger", runs, Target(1.5, 2.0), limit_is=TPCB_IS)


def pgledger_shape(stage: Stage) -> Result:
    """The shipped earn function by a transfer between two accounts in the shape of pgledger."""
    pgbench = Pgbench(stage)
    pgbench.prepare_tpcb()
    stage.run_sql(stage.filled("pgledger_shape.sql"))
    earn, shape = stage.script("earn.pgb"), stage.script("pgledger.pgb")
    runs = contest(
        stage.scale,
        {
            "ours": lambda: pgbench.script(earn),
            "limit": lambda: pgbench.script(shape),
            "tpcb": pgbench.tpcb,
        },
    )
    stage.require_receipts(sum(run.acts for run in runs["ours"]))
    stage.require("shape_transfer", sum(run.acts for run in runs["limit"]))
    stage.require("shape_entry", 2 * sum(run.acts for run in runs["limit"]))
    if stage.value("select sum(balance) from shape_account") != 0:
        stage.refuse("the balances of the pgledger shape do not add up to nothing")
    return compared(
        "pgledger_shape",
        runs,
        Target(1.5, 3.0),
        limit_is="a transfer in the shape of pgledger (both balances inline, text ids, no idempotency key)",
    )


def hot_member(stage: Stage) -> Result:
    """All receipts and all spendings of one member, eight at a time, by those of all members."""
    pgbench = Pgbench(stage)
    stage.give_lots()
    scripts = {"earn": stage.script("earn.pgb"), "spend": stage.script("spend.pgb")}

    def load(act: str, members: int) -> Callable[[], Run]:
        return lambda: pgbench.script(scripts[act], clients=HOT_CLIENTS, members=members)

    runs = contest(
        stage.scale,
        {
            f"{act}_{heat}": load(act, members)
            for act in scripts
            for heat, members in (("hot", 1), ("spread", stage.scale.members))
        },
    )
    stage.require_sound()
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

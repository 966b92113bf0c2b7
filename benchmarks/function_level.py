"""Benchmarks of the SQL functions alone, driven by pgbench."""

from benchmarks.contest import contest
from benchmarks.pgbench import Pgbench
from benchmarks.report import Result, Target, compared
from benchmarks.stage import Stage

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


def spend(stage: Stage) -> Result:
    """The shipped spend function by TPC-B, every member with four live lots."""
    pgbench = Pgbench(stage)
    pgbench.prepare_tpcb()
    stage.give_lots()
    script = stage.script("spend.pgb")
    runs = contest(stage.scale, {"ours": lambda: pgbench.script(script), "limit": pgbench.tpcb})
    stage.require_sound()
    done = sum(run.acts for run in runs["ours"])
    stage.require("loyalty_transfer where kind = 'spend'", done)
    drawn = stage.value("select sum(points) from loyalty_draw")
    if drawn != done * 90:
        stage.refuse(f"{drawn} points were drawn for {done} spendings of 90")
    draws = stage.rows("loyalty_draw") / done
    return compared("spend", runs, Target(1.0, 1.3), limit_is=TPCB_IS, draws_each=round(draws, 2))

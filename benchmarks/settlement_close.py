"""Closing a cycle: everything computed, written and committed, by a bare GROUP BY over the same join."""

import time
from collections.abc import Callable
from datetime import date
from typing import Any

from benchmarks.bench import Bench
from benchmarks.comparison import Run, compare
from benchmarks.report import BenchmarkResult, Target, compared

FIRST_DAY, LAST_DAY = date(2026, 3, 1), date(2026, 3, 31)
BARE = """
    select count(*), sum(points), sum(milli_fen) from (
        select lot.issuer_id, draw.redeemer_id, sum(draw.points) as points,
            sum(draw.points * lot.price_milli_fen) as milli_fen
        from loyalty_draw draw
        join loyalty_transfer transfer on transfer.id = draw.transfer_id
        join loyalty_lot lot on lot.transfer_id = draw.lot_id
        where transfer.at < '2026-04-01 00:00+08' and transfer.xid < pg_snapshot_xmin(pg_current_snapshot())
        group by lot.issuer_id, draw.redeemer_id) pairs
    where issuer_id <> redeemer_id
"""
# So that the same cycle can be closed again: no verb does this.
REOPEN = """
    alter table settlement_line disable trigger user;
    alter table settlement_fee disable trigger user;
    alter table settlement_statement disable trigger user;
    alter table settlement_cycle disable trigger user;
    delete from settlement_line;
    delete from settlement_fee;
    delete from settlement_statement;
    update settlement_cycle
        set state = 'proposed', hash = null, approved_by_id = null, approved_at = null;
    -- Foreign keys wait for the end of a transaction, and a table that waits cannot be altered.
    set constraints all immediate;
    alter table settlement_line enable trigger user;
    alter table settlement_fee enable trigger user;
    alter table settlement_statement enable trigger user;
    alter table settlement_cycle enable trigger user;
"""


def settle(bench: Bench) -> BenchmarkResult:
    """approve_close of a million draws among 300 merchants, by a GROUP BY that writes nothing."""
    from django.db import connection

    bench.run_sql(bench.filled("draws.sql"))
    bench.settle()
    draws = bench.rows("loyalty_draw")
    cycle, proposing, approve = _proposed()
    closed: list[Any] = []

    def ours() -> Run:
        if closed:
            bench.run_sql(REOPEN)
            bench.settle()
        return _run(bench, draws, lambda: closed.append(approve()))

    def bare() -> Run:
        def query() -> None:
            with connection.cursor() as cursor:
                cursor.execute(BARE)
                amounts.append(cursor.fetchone())

        return _run(bench, draws, query)

    amounts: list[Any] = []
    runs = compare(bench.scale, {"ours": ours, "limit": bare})
    _require_right(bench, amounts, closed)
    return compared(
        "settle",
        runs,
        Target(0.5, 0.8),
        limit_is="a bare GROUP BY over the same join on the same connection, writing nothing",
        unit="draws/s",
        draws=draws,
        lines=bench.rows("settlement_line"),
        statements=bench.rows("settlement_statement"),
        seconds_to_propose=round(proposing, 2),
        cycle=cycle,
    )


def _proposed() -> tuple[int, float, Callable[[], Any]]:
    """The cycle's number, how long proposing took, and what closes it."""
    from district.members.models import User
    from loyalty.settlement import services as settlement

    by, approver = User.objects.create_staff("zhang"), User.objects.create_staff("wang")
    cycle = settlement.open_cycle(first_day=FIRST_DAY, last_day=LAST_DAY, by=by)
    began = time.monotonic()
    settlement.propose_close(cycle=cycle, by=by)
    proposing = time.monotonic() - began
    return cycle.number, proposing, lambda: settlement.approve_close(cycle=cycle, by=approver)


def _run(bench: Bench, draws: int, act: Callable[[], object]) -> Run:
    with bench.measure() as used:
        act()
    return Run.of(draws, draws / used.elapsed_seconds, used)


def _require_right(bench: Bench, amounts: list[Any], closed: list[Any]) -> None:
    """The last close is the bare query's figures to the thousandth of a fen, and every close was the same."""
    if bench.corrupt:
        bench.run_sql(
            "alter table settlement_line disable trigger user;"
            " update settlement_line set points = points + 1 where id = ("
            "select min(id) from settlement_line)"
        )
    found = bench.value("select array[count(*), sum(points), sum(milli_fen)] from settlement_line")
    if found != [int(figure) for figure in amounts[-1]]:
        bench.refuse(f"the lines come to {found}, and the draws to {amounts[-1]}")
    if len({bytes(cycle.draft_hash) for cycle in closed}) != 1:
        bench.refuse("the closes were not of the same figures")
    if bench.value("select sum(net) from settlement_statement") != 0:
        bench.refuse("the nets do not come to nothing")
    bench.require_sound()

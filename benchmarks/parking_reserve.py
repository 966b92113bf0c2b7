"""Reservations of a car park's places: by the verb and over HTTP, by the bare scheme of counters on the same tables."""

import itertools
import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from benchmarks.bench import Bench
from benchmarks.comparison import Run, compare
from benchmarks.coupon_load import sign_in
from benchmarks.in_process import PROCESSES, run_together, worker
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, RatioTarget, Target, compared, further_ratios
from benchmarks.web import PHONE, RECEIPTS, web

TARGET = Target(0.5, 0.7)
# A run over HTTP takes one member for each request.
FEWEST_RESERVERS = 20_000
_SLOT_SECONDS = 900
# Two hours from now until the end of the thirteenth day.
QUARTERS = range(8, 1_300)


def parking_reserve(bench: Bench) -> BenchmarkResult:
    """reserve_place for an hour at a random time, by the least a reservation can be in SQL; over HTTP by receipts over
    as many connections. Each member reserves once; the second half of them by the bare function."""
    scale, pgbench = bench.scale, Pgbench(bench)
    pgbench.prepare_tpcb()
    sign_in(bench)
    reservers = max(scale.members, FEWEST_RESERVERS)
    bench.run_sql(bench.filled("parking.sql").replace(":reservers", str(reservers)))
    _seal_plates(bench, range(1, reservers // 2 + 1))
    bench.settle()
    start = int(time.time()) // _SLOT_SECONDS * _SLOT_SECONDS
    members = iter(range(1, reservers // 2 + 1))
    bare = bench.script("bare_reserve.pgb")
    with web(bench) as server, ExitStack() as stack:
        tills = server.another()
        workers = [stack.enter_context(worker("parking_worker", n)) for n in range(PROCESSES)]
        share = reservers // 4 // (PROCESSES * (scale.rounds + 1))

        def by_verb() -> Run:
            parts = [_next(members, share) for _ in workers]
            orders = {
                process: json.dumps({"seconds": scale.seconds, "start": start, "members": part})
                for process, part in zip(workers, parts, strict=True)
            }
            return run_together(bench, orders)

        def by_phone() -> Run:
            listed = bench.folder / "reservers.txt"
            part = _next(members, reservers // 4 // (scale.rounds + 1))
            listed.write_text("".join(f"{member}\n" for member in part))
            return server.load(_request(start), connections=scale.clients, members=str(listed))

        candidates: dict[str, Any] = {
            "service": by_verb,
            "bare": lambda: pgbench.script(bare, start=start, reservers=reservers),
            "http": by_phone,
            "receipts": lambda: tills.load(RECEIPTS, connections=scale.clients),
            "tpcb": pgbench.tpcb,
        }
        warm = by_verb().acts + by_phone().acts
        tills.load(RECEIPTS, connections=scale.clients)
        bench.settle()
        runs = compare(scale, candidates)
    made = warm + sum(run.acts for name in ("service", "bare", "http") for run in runs[name])
    _require_reservations(bench, made, in_flight=server.in_flight)
    bench.require_receipts(tills.acknowledged, in_flight=tills.in_flight, alone=False)
    pairs = {
        "http": RatioTarget("receipts", TARGET),
        "http ": RatioTarget("bare"),
    }
    return compared(
        "parking_reserve",
        runs,
        TARGET,
        ours="service",
        limit="bare",
        limit_is="pgbench on a bare function: row and counters only, as many clients",
        unit="reservations/s",
        overbooked=0,
        ratios=further_ratios(runs, pairs),
        latencies=server.latencies,
    )


def _next(members: Iterator[int], many: int) -> list[int]:
    return list(itertools.islice(members, many))


def _request(start: int) -> Any:
    """An hour at a fixed time; whose vehicle it is the load generator fills in."""
    begins = datetime.fromtimestamp(start, UTC) + timedelta(hours=26)
    ends = begins + timedelta(hours=1)
    pool, vehicle = f"pol_{1:022}", "veh_<member>"
    return PHONE.reserve_parking(pool, vehicle, begins.isoformat(), ends.isoformat())


def _seal_plates(bench: Bench, members: range) -> None:
    """A key of each of these members, and the plate sealed with it: an answer reads the plate."""
    from district.kernel.security import crypto

    with psycopg.connect(bench.url) as connection, connection.cursor() as cursor:
        cursor.execute(
            "create temp table sealed (member bigint, master int, wrapped bytea, plate bytea)"
        )
        with cursor.copy("copy sealed from stdin") as copy:
            for member in members:
                key = crypto.new_data_key()
                master, wrapped = crypto.wrap(key, place=f"member:{member}:key")
                plate = crypto.seal(
                    key, f"浙A{member % 100_000:05}", place=f"member:{member}:plate"
                )
                copy.write_row((member, master, wrapped, plate))
        cursor.execute("insert into members_memberkey (member_id, master_version, wrapped)"
                       " select member, master, wrapped from sealed")  # fmt: skip
        cursor.execute(
            "update parking_vehicle set plate_sealed = plate from sealed where id = member"
        )


def _require_reservations(bench: Bench, acknowledged: int, *, in_flight: int) -> None:
    """Raises Incorrect unless there are as many as were acknowledged, each counted in four slots, none too many."""
    made = bench.rows("parking_reservation")
    if not acknowledged <= made <= acknowledged + in_flight:
        bench.refuse(f"{made} reservations were made and {acknowledged} acknowledged")
    counted = bench.value("select sum(reserved) from parking_poolslot")
    if counted != 4 * made:
        bench.refuse(f"{counted} places are counted for {made} reservations of four slots")
    bench.require("parking_poolslot where reserved > capacity", 0)

"""A coupon used at a counter: over 1, 16 and 64 connections, by the verb and over HTTP, and its check."""

import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from benchmarks.bench import Bench
from benchmarks.comparison import Run, compare
from benchmarks.coupon_load import CouponPool, coupon_pool, verb_workers
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, RatioTarget, Target, compared, further_ratios
from benchmarks.web import CHECKS, RECEIPTS, REDEMPTIONS, web

HTTP, SERVICE = Target(0.6, 0.8, by_cpu=True), Target(0.4, 0.6)
# More than anybody redeems in a second: so many coupons are ready for each run.
BY_HTTP, BY_VERB, BY_FUNCTION = 3_000, 5_000, 10_000


def coupon_redeem(bench: Bench) -> BenchmarkResult:
    """Redemptions over HTTP by receipts over as many connections; the verb by its SQL function; checks."""
    scale, pgbench = bench.scale, Pgbench(bench)
    pgbench.prepare_tpcb()
    usual, runs_each = scale.clients, len(scale.levels) * (scale.rounds + 1)
    of_http, of_verb, of_function = (
        scale.seconds * many for many in (BY_HTTP, BY_VERB, BY_FUNCTION)
    )
    coupons = coupon_pool(bench, (of_http * 2 + of_verb + of_function) * runs_each)
    own = coupons.take(of_function * runs_each)
    bench.run_sql(f"create sequence bench_coupon start {own[0]} cache 1")
    script = bench.script("redeem.pgb")

    with web(bench) as server, verb_workers(bench) as clerks:
        tills, checks = server.another(), server.another()

        def by_till(connections: int) -> Callable[[], Run]:
            def run() -> Run:
                with tempfile.NamedTemporaryFile("w", dir=bench.folder) as tickets:
                    _write_tickets(bench, Path(tickets.name), coupons.take(of_http))
                    return server.load(REDEMPTIONS, tickets=tickets.name, connections=connections)

            return run

        def by_check(connections: int) -> Callable[[], Run]:
            def run() -> Run:
                with tempfile.NamedTemporaryFile("w", dir=bench.folder) as tickets:
                    # None is used up, so the next redemptions may have them.
                    _write_tickets(bench, Path(tickets.name), coupons.rest[:of_http])
                    return checks.load(CHECKS, tickets=tickets.name, connections=connections)

            return run

        def by_verb(connections: int) -> Callable[[], Run]:
            return lambda: clerks.redemptions(coupons, of_verb, connections)

        def by_sql(connections: int) -> Callable[[], Run]:
            known = {"version": coupons.version, "alliance": _alliance()}
            return lambda: pgbench.script(script, clients=connections, **known)

        def receipts(connections: int) -> Callable[[], Run]:
            return lambda: tills.load(RECEIPTS, connections=connections)

        candidates: dict[str, Callable[[], Run]] = {}
        for level in scale.levels:
            candidates |= {
                f"http_{level}": by_till(level),
                f"check_{level}": by_check(level),
                f"receipts_{level}": receipts(level),
                f"service_{level}": by_verb(level),
                f"function_{level}": by_sql(level),
            }
        candidates["tpcb"] = pgbench.tpcb
        warm = candidates[f"service_{usual}"]().acts
        for name in ("http", "check", "receipts"):
            candidates[f"{name}_{usual}"]()
        # Kept connections have planned on empty tables; now that rows are there, all plan anew.
        bench.settle()
        runs = compare(scale, candidates)
    called = sum(
        run.acts
        for name, of_name in runs.items()
        if name.startswith(("service_", "function_"))
        for run in of_name
    )
    _require_redeemed(bench, coupons, server.acknowledged + warm + called, server.in_flight)
    bench.require_receipts(tills.acknowledged, in_flight=tills.in_flight, alone=False)
    pairs = {f"http_{level}": RatioTarget(f"receipts_{level}", HTTP) for level in scale.levels}
    pairs |= {f"check_{level}": RatioTarget(f"receipts_{level}") for level in scale.levels}
    pairs |= {
        f"service_{level}": RatioTarget(f"function_{level}", SERVICE) for level in scale.levels
    }
    pairs |= {f"function_{usual}": RatioTarget("tpcb")}
    return compared(
        "coupon_redeem",
        runs,
        HTTP,
        ours=f"http_{usual}",
        limit=f"receipts_{usual}",
        limit_is="POST /till/receipts on the same server, as many connections",
        unit="redemptions/s",
        ratios=further_ratios(runs, pairs),
        latencies=server.latencies,
    )


def _write_tickets(bench: Bench, path: Path, numbers: range) -> None:
    """A line for each coupon: a merchant, and the ticket a check at its store would have given."""
    from coupons import codes
    from district.kernel import clock

    until = clock.real_now() + timedelta(hours=1)
    scale = bench.scale
    lines = []
    for number in numbers:
        merchant = 1 + number % scale.merchants
        presented = codes.PresentedCode(number, 1 + number % scale.members, 1, None)
        lines.append(f"{merchant} {codes.ticket_of(presented, merchant, until)}\n")
    path.write_text("".join(lines))


def _alliance() -> int:
    from district.merchants.services import alliance_party

    return alliance_party().pk


def _require_redeemed(bench: Bench, of: CouponPool, acknowledged: int, in_flight: int) -> None:
    """Raises Incorrect unless what was acknowledged is redeemed, each once and borne by two parties."""
    used = bench.rows(f"coupons_coupon where version_id = {of.version} and state = 'used'")
    if not acknowledged <= used <= acknowledged + in_flight:
        bench.refuse(f"{used} coupons are used and {acknowledged} redemptions acknowledged")
    bench.require("coupons_redemption", used)
    bench.require("coupons_fundingpart", 2 * used)
    bench.require("settlement_booking", used)

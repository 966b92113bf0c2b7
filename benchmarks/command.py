"""The command line: which benchmarks, in which form."""

import argparse
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

from benchmarks.batches import batch_receipts
from benchmarks.bench import Bench, Incorrect, PreparedDatabase, bench
from benchmarks.coupon_claim import coupon_claim
from benchmarks.coupon_redeem import coupon_redeem
from benchmarks.credit_page import credit_page
from benchmarks.credit_score import credit_score
from benchmarks.function_level import hot_member, ledger, pgledger_shape
from benchmarks.http_level import earn_http, earn_http_orm, hot_merchant, spend_http
from benchmarks.in_process import earn, spend
from benchmarks.notices import notices
from benchmarks.parking_quote import parking_quote
from benchmarks.parking_reserve import parking_reserve
from benchmarks.report import BenchmarkResult
from benchmarks.scale import FULL, TINY
from benchmarks.settlement_close import settle
from benchmarks.starts import cold_start, warm_start
from district.embedded import EmbeddedError

BENCHMARKS: dict[str, Callable[[Bench], BenchmarkResult]] = {
    "ledger": ledger,
    "pgledger_shape": pgledger_shape,
    "spend": spend,
    "earn": earn,
    "earn_http": earn_http,
    "earn_http_orm": earn_http_orm,
    "spend_http": spend_http,
    "hot_merchant": hot_merchant,
    "hot_member": hot_member,
    "settle": settle,
    "batch_receipts": batch_receipts,
    "notices": notices,
    "coupon_claim": coupon_claim,
    "coupon_redeem": coupon_redeem,
    "parking_reserve": parking_reserve,
    "credit_score": credit_score,
    "credit_page": credit_page,
}
# They bring a clone of their own instead of a `Bench`.
STARTS = {"cold_start": cold_start, "warm_start": warm_start}
MOST_STARTS = 3
# They need no database.
PURE = {"parking_quote": parking_quote}


def main(arguments: Sequence[str]) -> int:
    """The named benchmarks' results on the standard output; 1 when one of them refuses to report."""
    options = _arguments(arguments)
    if len(options.names) > 1:
        # Each in a process of its own, for Django knows one database in its life.
        common = [word for word in arguments if word not in options.names]
        return max(_run_separately(name, common) for name in options.names)
    (name,) = options.names
    try:
        result = _measured(name, options)
    except (Incorrect, EmbeddedError) as refusal:
        print(f"{name}: no result. {refusal}", file=sys.stderr)
        return 1
    print(result.as_json() if options.json else result.as_text(), flush=True)
    return 0


def _measured(name: str, options: argparse.Namespace) -> BenchmarkResult:
    """Raises Incorrect and EmbeddedError."""
    scale = TINY if options.tiny else FULL
    if name in STARTS:
        scale = replace(scale, rounds=options.rounds or min(scale.rounds, MOST_STARTS))
        return STARTS[name](scale, corrupt=options.corrupt)
    scale = replace(scale, rounds=options.rounds or scale.rounds)
    if name in PURE:
        return PURE[name](scale, corrupt=options.corrupt)
    prepared = PreparedDatabase.of(options.prepared) if options.prepared else None
    with bench(scale, corrupt=options.corrupt, prepared=prepared) as ready:
        return BENCHMARKS[name](ready)


def _run_separately(name: str, options: Sequence[str]) -> int:
    command = [sys.executable, "-m", "benchmarks", name, *options]
    return subprocess.run(command, check=False).returncode


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    known = [*BENCHMARKS, *STARTS, *PURE]
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="+", choices=known, metavar="NAME", help=", ".join(known))
    parser.add_argument("--json", action="store_true", help="one JSON object for each")
    parser.add_argument(
        "--rounds",
        type=int,
        help=f"runs of each rival, of which the best counts ({FULL.rounds}; starts {MOST_STARTS})",
    )
    parser.add_argument(
        "--tiny",
        action="store_true",
        help="only see whether everything runs; no figure means anything",
    )
    parser.add_argument(
        "--prepared",
        nargs=2,
        metavar=("CLUSTER", "DATABASE"),
        help="for the tests: fill a migrated database without rows instead of making a cluster",
    )
    parser.add_argument(
        "--spoil",
        dest="corrupt",
        action="store_true",
        help="damage the ledger before it is checked: no result may appear",
    )
    return parser.parse_args(arguments)

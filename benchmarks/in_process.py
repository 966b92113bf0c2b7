"""The verbs themselves, called in four processes without HTTP."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from benchmarks.bench import Bench, Incorrect
from benchmarks.comparison import Run, Runs, compare
from benchmarks.http_level import LIMIT_IS
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, Target, compared

PROCESSES = 4
BY_FUNCTION = Target(0.45, 0.6, by_cpu=True)


def earn(bench: Bench) -> BenchmarkResult:
    """earn_points in four processes, rules evaluated, by the bare function."""
    runs, acts = _compare(bench, "earn")
    bench.require_receipts(acts)
    return compared("earn", runs, BY_FUNCTION, limit_is=LIMIT_IS, processes=PROCESSES)


def spend(bench: Bench) -> BenchmarkResult:
    """spend_points in four processes, every member with four live lots, by the bare function."""
    bench.give_lots()
    runs, acts = _compare(bench, "spend")
    bench.require_spendings(acts)
    return compared("spend", runs, BY_FUNCTION, limit_is=LIMIT_IS, processes=PROCESSES)


def _compare(bench: Bench, verb: str) -> tuple[Runs, int]:
    """The verb in our processes, its SQL function and TPC-B in turns; and how often it was done."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    script = bench.script(f"{verb}.pgb")
    with ExitStack() as stack:
        known = bench.scale.members, bench.scale.merchants
        workers = [
            stack.enter_context(worker("verb_worker", verb, number, *known))
            for number in range(PROCESSES)
        ]
        warm = _run_together(bench, workers)
        runs = compare(
            bench.scale,
            {
                "ours": lambda: _run_together(bench, workers),
                "limit": lambda: pgbench.script(script),
                "tpcb": pgbench.tpcb,
            },
        )
    return runs, warm.acts + sum(run.acts for name in ("ours", "limit") for run in runs[name])


def _run_together(bench: Bench, workers: list[subprocess.Popen[str]]) -> Run:
    return run_together(bench, {worker: str(bench.scale.seconds) for worker in workers})


@contextmanager
def worker(module: str, *words: str | int) -> Iterator[subprocess.Popen[str]]:
    """A process of that module, ready for its orders."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _read_answer(process)
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def run_together(bench: Bench, orders: Mapping[subprocess.Popen[str], str]) -> Run:
    """Each process does at once what its line asks for. Raises Incorrect when one dies."""
    with bench.measure() as used:
        for process, line in orders.items():
            assert process.stdin is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        answers = [_read_answer(process) for process in orders]
        used.client += sum(report["cpu"] for report in answers)
    acts = int(sum(report["acts"] for report in answers))
    return Run.of(acts, sum(report["acts"] / report["elapsed"] for report in answers), used)


def _read_answer(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise Incorrect("a worker of the benchmark died")
    answer: dict[str, float] = json.loads(line)
    return answer

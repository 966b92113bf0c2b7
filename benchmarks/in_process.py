"""The verbs themselves, called in four processes without HTTP."""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from benchmarks.contest import Run, Runs, contest
from benchmarks.http_level import LIMIT_IS
from benchmarks.meter import measured
from benchmarks.pgbench import Pgbench
from benchmarks.report import Result, Target, compared
from benchmarks.stage import Incorrect, Stage

PROCESSES = 4


def earn(stage: Stage) -> Result:
    """earn_points in four processes, rules evaluated, by the bare function."""
    runs, acts = _contest(stage, "earn")
    stage.require_receipts(acts)
    return compared(
        "earn", runs, Target(0.50, 0.70), limit_is=LIMIT_IS, tpcb_floor=1.5, processes=PROCESSES
    )


def spend(stage: Stage) -> Result:
    """spend_points in four processes, every member with four live lots, by the bare function."""
    stage.give_lots()
    runs, acts = _contest(stage, "spend")
    stage.require_spendings(acts)
    return compared(
        "spend", runs, Target(0.40, 0.60), limit_is=LIMIT_IS, tpcb_floor=1.0, processes=PROCESSES
    )


def _contest(stage: Stage, verb: str) -> tuple[Runs, int]:
    """The verb in our processes, its SQL function and TPC-B in turns; and how often it was done."""
    pgbench = Pgbench(stage)
    pgbench.prepare_tpcb()
    script = stage.script(f"{verb}.pgb")
    with ExitStack() as stack:
        known = stage.scale.members, stage.scale.merchants
        workers = [
            stack.enter_context(worker("verb_worker", verb, number, *known))
            for number in range(PROCESSES)
        ]
        warm = _together(stage, workers)
        runs = contest(
            stage.scale,
            {
                "ours": lambda: _together(stage, workers),
                "limit": lambda: pgbench.script(script),
                "tpcb": pgbench.tpcb,
            },
        )
    return runs, warm.acts + sum(run.acts for name in ("ours", "limit") for run in runs[name])


def _together(stage: Stage, workers: list[subprocess.Popen[str]]) -> Run:
    return together(stage, {worker: str(stage.scale.seconds) for worker in workers})


@contextmanager
def worker(module: str, *words: str | int) -> Iterator[subprocess.Popen[str]]:
    """A process of that module, ready to be told what to do."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"benchmarks.{module}", *map(str, words)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        _heard(process)
        yield process
    finally:
        assert process.stdin is not None
        process.stdin.close()
        process.wait(30)


def together(stage: Stage, asked: Mapping[subprocess.Popen[str], str]) -> Run:
    """Each process does at once what its line asks for. Raises Incorrect when one dies."""
    with measured(stage.cluster.pid) as used:
        for process, line in asked.items():
            assert process.stdin is not None
            process.stdin.write(f"{line}\n")
            process.stdin.flush()
        told = [_heard(process) for process in asked]
        used.client += sum(report["cpu"] for report in told)
    acts = int(sum(report["acts"] for report in told))
    return Run(
        acts=acts,
        rate=sum(report["acts"] / report["wall"] for report in told),
        cpu_us_server=used.server / acts * 1e6,
        cpu_us_client=used.client / acts * 1e6,
        strangers=used.strangers,
    )


def _heard(process: subprocess.Popen[str]) -> dict[str, float]:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise Incorrect("a worker of the benchmark died")
    told: dict[str, float] = json.loads(line)
    return told

"""A file of receipts, from staged to posted with an answer for each row, by single postings."""

import itertools
import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psutil

from benchmarks.bench import EVENTS, Bench, Incorrect
from benchmarks.comparison import Run, compare
from benchmarks.pgbench import Pgbench
from benchmarks.report import BenchmarkResult, Target, compared
from benchmarks.web import server_only
from district.embedded import ports
from district.embedded.process_specs import worker_command
from district.replay.clients import TillClient
from district.replay.connection import ApiConnection, ApiResponse

LIMIT_IS = "pgbench on the single SQL function, 16 clients"
# As many rows as some seconds of work; a file of this many more for the memory.
ROWS, TINY_ROWS = 40_000, 2_000
LONG, TINY_LONG = 1_000_000, 4_000
PIECE = 32 * 1024 * 1024
_numbers = itertools.count(1)


def batch_receipts(bench: Bench) -> BenchmarkResult:
    """Rows of a staged file checked, granted, posted and answered by one worker."""
    pgbench = Pgbench(bench)
    pgbench.prepare_tpcb()
    earn = bench.script("earn.pgb")
    size = TINY_ROWS if bench.scale.tiny else ROWS
    warm = _staged_and_posted(bench, TINY_ROWS)
    runs = compare(
        bench.scale,
        {
            "ours": lambda: _staged_and_posted(bench, size),
            "limit": lambda: pgbench.script(earn),
            "tpcb": pgbench.tpcb,
        },
    )
    by_rows = sum(run.acts for run in runs["ours"]) + warm.acts
    single = sum(run.acts for run in runs["limit"])
    long = TINY_LONG if bench.scale.tiny else LONG
    whole = _over_http(bench, long)
    _require(bench, single + by_rows + long, single=single)
    return compared(
        "batch_receipts", runs, Target(1.8, 3.0), limit_is=LIMIT_IS, unit="receipts/s", **whole
    )


def _staged_and_posted(bench: Bench, size: int) -> Run:
    from district.kernel.idempotency import Key
    from district.merchants.models import Merchant
    from loyalty.receipt_batches import services

    merchant = random.randint(1, bench.scale.merchants)
    content = b"".join(_lines(bench, merchant, size))
    batch = services.open_batch(
        merchant=Merchant.objects.get(pk=merchant),
        stores=[merchant],
        format="ndjson",
        name="benchmark",
        actor="till:1",
        key=Key.of("benchmark", f"batch-{next(_numbers)}"),
    )
    batch = services.receive_content(batch=batch, offset=0, pieces=[content])
    services.submit_batch(batch=batch, size=len(content))
    with bench.measure() as used:
        began = time.monotonic()
        while services.process_batches():
            pass
        seconds = time.monotonic() - began
    batch.refresh_from_db()
    if batch.posted != size:
        raise Incorrect(f"{batch.posted} of {size} rows were posted")
    return Run.of(size, size / seconds, used)


def _over_http(bench: Bench, size: int) -> dict[str, Any]:
    """A long file from its first byte to its last answer, and the memory it took on the way."""
    with server_only(bench) as (port, web), worker(bench) as worker_pid:
        till = TillClient(
            ApiConnection(f"http://{ports.HOST}:{port}", timeout=300), f"tk_{1:012}_{1:043}"
        )
        batch = _accepted(till.open_batch(key="long"))["id"]
        before = {"web": resident_mib(web), "worker": resident_mib(worker_pid)}
        peak = dict(before)
        began = time.monotonic()
        sent = 0
        for piece in _pieces(_lines(bench, 1, size)):
            _accepted(till.send_content(batch, piece, offset=sent))
            sent += len(piece)
            peak["web"] = max(peak["web"], resident_mib(web))
        uploaded = time.monotonic() - began
        _accepted(till.submit_batch(batch, sent))
        half = 0.0
        while (state := _accepted(till.read_batch(batch)))["state"] != "done":
            time.sleep(0.2)
            peak["worker"] = max(peak["worker"], resident_mib(worker_pid))
            if not half and state["answered"] * 2 >= size:
                half = resident_mib(worker_pid)
        seconds = time.monotonic() - began
        if state["posted"] != size:
            raise Incorrect(f"{state['posted']} of {size} rows were posted")
        return {
            "end_to_end_rows": size,
            "end_to_end_per_second": round(size / seconds),
            "upload_mib_per_second": round(sent / 2**20 / uploaded, 1),
            "memory_mib_before": before,
            "memory_mib_peak": peak,
            "memory_mib_worker_at_half": half,
        }


def _lines(bench: Bench, merchant: int, size: int) -> Iterator[bytes]:
    store = f"str_{merchant:022}"
    for _ in range(size):
        row = {
            "store": store,
            "member": f"mem_{random.randint(1, bench.scale.members):022}",
            "receipt_no": f"B{next(_numbers)}",
            "paid_fen": 12_680,
            "paid_at": datetime.now(UTC).isoformat(),
        }
        yield json.dumps(row).encode() + b"\n"


def _pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    piece = bytearray()
    for line in lines:
        piece += line
        if len(piece) >= PIECE:
            yield bytes(piece)
            piece.clear()
    if piece:
        yield bytes(piece)


def _accepted(answer: ApiResponse) -> dict[str, Any]:
    if not answer.accepted:
        raise Incorrect(f"{answer.status} {answer.content[:300]!r}")
    return answer.body


@contextmanager
def worker(bench: Bench) -> Iterator[int]:
    """A Celery worker at the benchmark's queue: its process."""
    log = bench.folder / "worker.log"
    with log.open("ab") as file:
        process = subprocess.Popen(
            worker_command(),
            stdout=file,
            stderr=file,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "district.settings"},
        )
    try:
        give_up = time.monotonic() + 60
        while " ready." not in log.read_text(errors="replace"):
            if process.poll() is not None or time.monotonic() > give_up:
                raise Incorrect(f"the worker does not come up: {log.read_text()[-600:]}")
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait(30)


def resident_mib(pid: int) -> float:
    """Of a process and its children."""
    process = psutil.Process(pid)
    resident_bytes = [member.memory_info().rss for member in (process, *process.children())]
    return float(round(sum(resident_bytes) / 2**20, 1))


def _require(bench: Bench, receipts: int, *, single: int) -> None:
    """Raises Incorrect."""
    if bench.corrupt:
        bench.run_sql(
            "update loyalty_pointsaccount set available = available + 1 where member_id = 1"
        )
    bench.require_sound()
    for table in ("loyalty_receipt", "loyalty_transfer", "loyalty_lot", *EVENTS):
        bench.require(table, receipts)
    bench.require("batches_rowresult where state = 'posted'", receipts - single)

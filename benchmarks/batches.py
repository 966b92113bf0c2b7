"""A file of receipts, from staged to posted with an answer for each row, by single postings."""

import http.client
import itertools
import json
import os
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.contest import Run, contest
from benchmarks.meter import measured
from benchmarks.pgbench import Pgbench
from benchmarks.report import Result, Target, compared
from benchmarks.stage import EVENTS, Incorrect, Stage
from benchmarks.web import served
from district.embedded import ports
from district.embedded.crew import worker_command

LIMIT_IS = "pgbench on the single SQL function, 16 clients"
# As many rows as some seconds of work; a file of this many more for the memory.
ROWS, TINY_ROWS = 40_000, 2_000
LONG, TINY_LONG = 1_000_000, 4_000
PIECE = 32 * 1024 * 1024
_numbers = itertools.count(1)


def batch_receipts(stage: Stage) -> Result:
    """Rows of a staged file checked, granted, posted and answered by one worker."""
    pgbench = Pgbench(stage)
    pgbench.prepare_tpcb()
    earn = stage.script("earn.pgb")
    size = TINY_ROWS if stage.scale.tiny else ROWS
    warm = _staged_and_posted(stage, TINY_ROWS)
    runs = contest(
        stage.scale,
        {
            "ours": lambda: _staged_and_posted(stage, size),
            "limit": lambda: pgbench.script(earn),
            "tpcb": pgbench.tpcb,
        },
    )
    by_rows = sum(run.acts for run in runs["ours"]) + warm.acts
    single = sum(run.acts for run in runs["limit"])
    long = TINY_LONG if stage.scale.tiny else LONG
    whole = _over_http(stage, long)
    _require(stage, single + by_rows + long, single=single)
    return compared(
        "batch_receipts", runs, Target(2.0, 5.0), limit_is=LIMIT_IS, unit="receipts/s", **whole
    )


def _staged_and_posted(stage: Stage, size: int) -> Run:
    from district.kernel.idempotency import Key
    from district.merchants.models import Merchant
    from loyalty.batches import services

    merchant = random.randint(1, stage.scale.merchants)
    content = b"".join(_lines(stage, merchant, size))
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
    with measured(stage.cluster.pid) as used:
        began = time.monotonic()
        while services.process_batches():
            pass
        seconds = time.monotonic() - began
    batch.refresh_from_db()
    if batch.posted != size:
        raise Incorrect(f"{batch.posted} of {size} rows were posted")
    return Run(
        acts=size,
        rate=size / seconds,
        cpu_us_server=used.server / size * 1e6,
        cpu_us_client=used.client / size * 1e6,
        strangers=used.strangers,
    )


def _over_http(stage: Stage, size: int) -> dict[str, Any]:
    """A long file from its first byte to its last answer, and the memory it took on the way."""
    with served(stage) as (port, web), _worker(stage) as worker:
        call = _Caller(port)
        batch = call("POST", "", {"format": "ndjson"}, **{"Idempotency-Key": "long"})
        here = f"/{batch['id']}"
        before = {"web": _resident_mib(web), "worker": _resident_mib(worker)}
        peak = dict(before)
        began = time.monotonic()
        sent = 0
        for piece in _pieces(_lines(stage, 1, size)):
            media = {"Content-Type": "application/x-ndjson"}
            call("PUT", f"{here}/content?offset={sent}", piece, **media)
            sent += len(piece)
            peak["web"] = max(peak["web"], _resident_mib(web))
        uploaded = time.monotonic() - began
        call("POST", f"{here}/submit", {"bytes": sent})
        half = 0.0
        while (told := call("GET", here))["state"] != "done":
            time.sleep(0.2)
            peak["worker"] = max(peak["worker"], _resident_mib(worker))
            if not half and told["answered"] * 2 >= size:
                half = _resident_mib(worker)
        seconds = time.monotonic() - began
        if told["posted"] != size:
            raise Incorrect(f"{told['posted']} of {size} rows were posted")
        return {
            "end_to_end_rows": size,
            "end_to_end_per_second": round(size / seconds),
            "upload_mib_per_second": round(sent / 2**20 / uploaded, 1),
            "memory_mib_before": before,
            "memory_mib_peak": peak,
            "memory_mib_worker_at_half": half,
        }


def _lines(stage: Stage, merchant: int, size: int) -> Iterator[bytes]:
    store = f"str_{merchant:022}"
    for _ in range(size):
        row = {
            "store": store,
            "member": f"mem_{random.randint(1, stage.scale.members):022}",
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


class _Caller:
    """The till of the first merchant."""

    def __init__(self, port: int) -> None:
        self._port = port

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        token = f"tk_{1:012}_{1:043}"
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"} | headers
        content = body if isinstance(body, bytes | None) else json.dumps(body)
        connection = http.client.HTTPConnection(ports.HOST, self._port, timeout=300)
        connection.request(method, f"/api/v1/till/batches{path}", content, headers)
        answer = connection.getresponse()
        told = answer.read()
        connection.close()
        if answer.status >= 300:
            raise Incorrect(f"{method} {path}: {answer.status} {told[:300]!r}")
        return json.loads(told)


@contextmanager
def _worker(stage: Stage) -> Iterator[int]:
    log = stage.folder / "worker.log"
    with log.open("ab") as file:
        worker = subprocess.Popen(
            worker_command(),
            stdout=file,
            stderr=file,
            env=os.environ | {"DJANGO_SETTINGS_MODULE": "district.settings"},
        )
    try:
        give_up = time.monotonic() + 60
        while " ready." not in log.read_text(errors="replace"):
            if worker.poll() is not None or time.monotonic() > give_up:
                raise Incorrect(f"the worker does not come up: {log.read_text()[-600:]}")
            time.sleep(0.1)
        yield worker.pid
    finally:
        worker.terminate()
        worker.wait(30)


def _resident_mib(pid: int) -> float:
    """Of a process and its children."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    pages = [int(Path(f"/proc/{one}/statm").read_text().split()[1]) for one in (pid, *children)]
    return round(sum(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def _require(stage: Stage, receipts: int, *, single: int) -> None:
    """Raises Incorrect."""
    if stage.spoil:
        stage.run_sql(
            "update loyalty_pointsaccount set available = available + 1 where member_id = 1"
        )
    stage.require_sound()
    for table in ("loyalty_receipt", "loyalty_transfer", "loyalty_lot", *EVENTS):
        stage.require(table, receipts)
    stage.require("batches_rowanswer where state = 'posted'", receipts - single)

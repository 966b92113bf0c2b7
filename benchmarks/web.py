"""The district's own web server before a benchmark's cluster, and wrk as its visitors."""

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from benchmarks.bench import Bench, Incorrect
from benchmarks.comparison import Run
from district.embedded import ports
from district.embedded.process_specs import web_command
from district.replay.clients import ShopperClient, TillClient
from district.replay.connection import ApiConnection

# Enough that each worker of the server gets some of them.
_FIRST_CONNECTIONS = 16
# The least that the first run of a request lasts.
_FIRST_SECONDS = 3


@dataclass(frozen=True)
class LoadRequest:
    """A request as `scripts/load.lua` repeats it: by whom, and values in angle brackets for it to fill in."""

    caller: str
    path: str
    body: str


class _Recorder(ApiConnection):
    """Gives a client's request instead of sending it."""

    def __init__(self, caller: str) -> None:
        self.caller = caller

    def ask(self, method: str, path: str, *, body: Any = None, **_headers: Any) -> Any:
        return LoadRequest(self.caller, path, json.dumps(body))


# What wrk posts are the requests of the clients that replays and tests have too.
TILL: Any = TillClient(_Recorder("till"), store="str_<merchant>")
PHONE: Any = ShopperClient(_Recorder("phone"))
RECEIPTS = TILL.post_receipt("mem_<member>", fen=12_680, no="<number>", paid_at="<now>")
SPENDINGS = TILL.spend("vis_<member>", points=90, no="<number>")
REDEMPTIONS = TILL.redeem("<ticket>", fen=12_680, no="<number>", request_no="<number>")
CHECKS = TILL.check("<ticket>", fen=12_680, no="<number>")


@dataclass
class BenchmarkServer:
    """A running server; what it acknowledged is counted, also before the measured runs."""

    bench: Bench
    port: int
    pid: int
    wrk: str
    acknowledged: int = 0
    in_flight: int = 0
    latencies: dict[str, list[dict[str, float]]] = field(default_factory=dict)

    def receipts(self, request: LoadRequest = RECEIPTS, *, hot: bool = False) -> Run:
        """Receipts posted over as many kept connections as there are clients."""
        return self._load(request, "one_merchant" if hot else "any")

    def spendings(self) -> Run:
        """Spendings of members at their counters, over as many kept connections."""
        return self._load(SPENDINGS, "visitor")

    def another(self) -> "BenchmarkServer":
        """The same server, whose acknowledgements are counted apart."""
        return BenchmarkServer(self.bench, self.port, self.pid, self.wrk, latencies=self.latencies)

    def load(
        self,
        request: LoadRequest,
        *,
        connections: int,
        tickets: str = "",
        members: str = "",
        lines: str = "",
        refused: bool = False,
    ) -> Run:
        """A request over that many connections; `refused` when an error answers all of it. `tickets` and `members` are
        files of those that take their turn, once each; when none is left, nothing more is asked. Those of `lines` are
        asked for again and again."""
        choice = "ticket" if tickets else "member" if members else "line" if lines else "any"
        return self._load(
            request, choice, tickets or members or lines, connections=connections, refused=refused
        )

    def _load(
        self,
        request: LoadRequest,
        choice: str,
        tickets: str = "",
        *,
        connections: int | None = None,
        refused: bool = False,
    ) -> Run:
        scale = self.bench.scale
        words = [request.path, request.body, request.caller, str(scale.members), str(scale.merchants),
                 choice, *([tickets] if tickets else [])]  # fmt: skip
        # Its first answers may take longer than a run of the tests.
        is_first = not any(known.startswith(request.path) for known in self.latencies)
        seconds = max(scale.seconds, _FIRST_SECONDS) if is_first else scale.seconds
        with self.bench.measure(self.pid) as used:
            result = self._wrk(seconds, words, connections or scale.clients)
        done = int(result["requests"])
        if result["failed"] != (done if refused else 0) or not done:
            raise Incorrect(
                f"{result['failed']:.0f} of {done} requests failed; see {self.bench.web_log}"
            )
        over = [f"over {connections}", *(["refused"] if refused else [])] if connections else []
        over += ["hot"] if choice == "one_merchant" else []
        self.latencies.setdefault(" ".join([request.path, *over]), []).append(
            {"p50_ms": result["p50"] / 1000, "p99_ms": result["p99"] / 1000}
        )
        return Run.of(done, done / result["micros"] * 1e6, used)

    def _wrk(self, seconds: int, words: list[str], connections: int) -> dict[str, float]:
        script = self.bench.script("load.lua")
        command = [
            self.wrk,
            f"-t{min(2, connections)}",
            f"-c{connections}",
            f"-d{seconds}s",
            "--timeout=30s",
            "-s",
            str(script),
        ]
        address = f"http://{ports.HOST}:{self.port}"
        out = subprocess.run(
            [*command, address, "--", *words], capture_output=True, text=True, check=False
        )
        line = next((line for line in out.stdout.splitlines() if line.startswith("RESULT ")), None)
        if line is None:
            raise Incorrect(f"wrk failed: {out.stdout[-300:]} {out.stderr[-300:]}")
        result: dict[str, float] = json.loads(line.removeprefix("RESULT "))
        self.acknowledged += int(result["requests"])
        self.in_flight += connections
        return result


@contextmanager
def web(bench: Bench, *, settings: str = "district.settings") -> Iterator[BenchmarkServer]:
    """granian as the demo runs it, two workers of four threads, warmed up."""
    wrk = _wrk()
    with server_only(bench, settings=settings) as (port, pid):
        yield BenchmarkServer(bench, port, pid, wrk)


@contextmanager
def server_only(bench: Bench, *, settings: str = "district.settings") -> Iterator[tuple[int, int]]:
    """The server alone: its port and its process."""
    port = ports.any_free()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings,
        "DISTRICT_PUBLIC_URL": f"http://{ports.HOST}:{port}",
    }
    command = web_command(port=port, static=bench.folder / "static")
    with bench.web_log.open("ab") as log:
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        _wait_for(port, server, bench)
        _warm_up(port)
        yield port, server.pid
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _warm_up(port: int) -> None:
    """Each worker loads its code with its first request; so many connections reach all of them."""
    address = f"http://{ports.HOST}:{port}/readyz"
    with ThreadPoolExecutor(_FIRST_CONNECTIONS) as first:
        for answer in first.map(
            partial(urllib.request.urlopen, timeout=60), [address] * _FIRST_CONNECTIONS
        ):
            answer.close()


def _wait_for(port: int, server: subprocess.Popen[bytes], bench: Bench) -> None:
    give_up = time.monotonic() + 60
    while True:
        try:
            with urllib.request.urlopen(f"http://{ports.HOST}:{port}/readyz", timeout=5):
                return
        except (OSError, urllib.error.URLError):
            if server.poll() is not None or time.monotonic() > give_up:
                raise Incorrect(
                    f"the web server does not answer: {bench.web_log.read_text()[-600:]}"
                ) from None
        time.sleep(0.1)


def _wrk() -> str:
    """The load generator: in C, because on two cores a client in Python would be measured instead."""
    if found := shutil.which("wrk"):
        return found
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("benchmarks: wrk is missing; installing it with apt-get.", file=sys.stderr)
        subprocess.run(["apt-get", "install", "-y", "wrk"], check=False, stdout=subprocess.DEVNULL)
        if found := shutil.which("wrk"):
            return found
    raise Incorrect(
        "wrk is needed for the benchmarks over HTTP (Debian, Ubuntu: apt-get install wrk)"
    )

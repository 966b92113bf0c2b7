"""Runs pgbench of the embedded PostgreSQL against a benchmark's cluster."""

import os
import re
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.bench import Bench, Incorrect
from benchmarks.comparison import Run
from district.embedded.binaries import find
from district.embedded.home import Home


class Pgbench:
    def __init__(self, bench: Bench) -> None:
        self._stage = bench
        self._tpcb = f"{bench.database}_tpcb"
        home: Home = bench.cluster.home
        self._program = find(owner=home.owner).path("pgbench")

    def prepare_tpcb(self) -> None:
        """The database of pgbench's own workload, on the same server."""
        with_admin = {**self._environment(), "PGDATABASE": "postgres"}
        psql = [self._program.replace("pgbench", "createdb"), self._tpcb]
        subprocess.run(psql, env=with_admin, check=True)
        command = [self._program, "-i", "-q", "-s", str(self._stage.scale.tpcb)]
        subprocess.run(
            command,
            env={**self._environment(), "PGDATABASE": self._tpcb},
            check=True,
            capture_output=True,
        )

    def tpcb(self) -> Run:
        return self._run(self._tpcb, [])

    def script(self, path: Path, *, clients: int | None = None, **variables: int | str) -> Run:
        """The script's transactions; `members` and `merchants` are known to it."""
        scale = self._stage.scale
        known = {"members": scale.members, "first": 1, "merchants": scale.merchants, **variables}
        defined = [part for name, value in known.items() for part in ("-D", f"{name}={value}")]
        return self._run(None, ["-f", str(path), *defined], clients)

    def _run(self, database: str | None, words: list[str], clients: int | None = None) -> Run:
        scale = self._stage.scale
        environment = self._environment() | ({"PGDATABASE": database} if database else {})
        command = [self._program, "-n", "-M", "prepared", "-T", str(scale.seconds)]
        many = clients or scale.clients
        with self._stage.measure() as used:
            finished = subprocess.run(
                [*command, "-c", str(many), "-j", str(min(2, many)), *words],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        acts = re.search(r"actually processed: (\d+)", finished.stdout)
        rate = re.search(r"tps = ([\d.]+)", finished.stdout)
        if finished.returncode or acts is None or rate is None:
            raise Incorrect(f"pgbench failed: {finished.stderr[-600:]}")
        done = int(acts[1])
        return Run.of(done, float(rate[1]), used)

    def _environment(self) -> dict[str, str]:
        parts = urlsplit(self._stage.url)
        where = parse_qs(parts.query)
        return os.environ | {
            "PGHOST": where["host"][0],
            "PGPORT": where["port"][0],
            "PGUSER": parts.username or "",
            "PGPASSWORD": unquote(parts.password or ""),
            "PGDATABASE": parts.path.lstrip("/"),
        }

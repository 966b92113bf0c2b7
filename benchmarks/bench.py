"""What a benchmark runs on: a durable cluster of its own with a district in it, and Django set up for it."""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, Self

import django
import psycopg
from django.core.management import call_command

from benchmarks import meter
from benchmarks.scale import Scale
from district.embedded import Cluster, new_cluster
from district.embedded.environment import secrets_of
from district.embedded.home import DATABASE

# Each receipt of points emits both.
EVENTS = tuple(
    f"kernel_outboxrow where name = '{name}'" for name in ("PointsEarned", "ReceiptPosted")
)
HERE = Path(__file__).resolve().parent


class Incorrect(Exception):
    """What was measured was not done right, so its speed says nothing."""


@dataclass(frozen=True)
class PreparedDatabase:
    """A migrated database without rows, of a durable cluster that runs: the tests make one in a tenth of a second."""

    home: Path
    name: str

    @classmethod
    def of(cls, words: Sequence[str]) -> Self:
        """From the cluster's folder and the database's name."""
        folder, name = words
        return cls(Path(folder), name)

    @contextmanager
    def joined(self) -> Iterator[Cluster]:
        cluster = Cluster(self.home, "durable").join()
        try:
            yield cluster
        finally:
            cluster.leave(wait=False)


@dataclass(frozen=True)
class Bench:
    scale: Scale
    cluster: Cluster
    folder: Path
    # For the tests: damage the ledger before it is checked, to see that nothing is reported then.
    corrupt: bool = False
    database: str = DATABASE

    @property
    def url(self) -> str:
        return self.cluster.url_of(self.database)

    @property
    def web_log(self) -> Path:
        return self.folder / "web.log"

    def script(self, name: str) -> Path:
        return HERE / "scripts" / name

    def require_receipts(
        self,
        acknowledged: int,
        *,
        in_flight: int = 0,
        alone: bool = True,
        unasked: frozenset[str] = frozenset(),
    ) -> None:
        """The ledger is sound and holds exactly the receipts that were acknowledged, each with all that belongs to it.

        What was in flight when a load generator stopped may have been posted without an answer. Keys and
        events are only theirs where nothing but receipts was posted (`alone`). `unasked` are audit queries
        about rows that the benchmark wrote past the verbs.

        Raises Incorrect.
        """
        if self.corrupt:
            self.run_sql(
                "update loyalty_pointsaccount set available = available + 1 where member_id = 1"
            )
        self.require_sound(unasked)
        posted = self.rows("loyalty_receipt")
        if not acknowledged <= posted <= acknowledged + in_flight:
            self.refuse(f"{posted} receipts were posted and {acknowledged} acknowledged")
        shared = (*EVENTS, "kernel_idem") if alone else ()
        for table in ("loyalty_transfer", "loyalty_lot", *shared):
            self.require(table, posted)

    def require_spendings(self, acknowledged: int, *, in_flight: int = 0) -> None:
        """The ledger is sound and holds exactly the spendings of 90 points that were acknowledged.

        Raises Incorrect.
        """
        self.require_sound()
        posted = self.rows("loyalty_transfer where kind = 'spend'")
        if not acknowledged <= posted <= acknowledged + in_flight:
            self.refuse(f"{posted} spendings were posted and {acknowledged} acknowledged")
        if (drawn := self.value("select sum(points) from loyalty_draw")) != posted * 90:
            self.refuse(f"{drawn} points were drawn for {posted} spendings of 90")

    def require_sound(self, unasked: frozenset[str] = frozenset()) -> None:
        """Raises Incorrect when the audit finds anything."""
        from district.kernel import invariants
        from district.kernel.plugin import invariants_of

        queries = {name: sql for name, sql in invariants_of().items() if name not in unasked}
        for found in invariants.findings(queries):
            self.refuse(f"{found.query}: {found.rows[0]}")

    def require(self, table: str, expected: int) -> None:
        """Raises Incorrect when the table holds another number of rows."""
        if (found := self.rows(table)) != expected:
            self.refuse(f"{table}: {found} rows, and there should be {expected}")

    def refuse(self, why: str) -> NoReturn:
        raise Incorrect(why)

    def open_visits(self) -> None:
        """Every member stands at the counter of one store: 1 + member modulo the stores."""
        self.run_sql(self.filled("visits.sql"))

    def give_lots(self) -> None:
        """Four live lots for every member."""
        self.run_sql(self.filled("lots.sql"))
        self.settle()

    @contextmanager
    def measure(self, *servers: int) -> Iterator[meter.ResourceUse]:
        """What a block costs us, see `meter.measure`, and what it writes into the write-ahead log."""
        before = self._wal()
        with meter.measure(self.cluster.pid, *servers) as used:
            yield used
        # The position is exact; the statistics are up to a second late and only tell how long a record is.
        used.wal_bytes, counted_bytes, counted_records = (
            now - then for now, then in zip(self._wal(), before, strict=True)
        )
        if counted_bytes:
            used.wal_records = used.wal_bytes * counted_records / counted_bytes

    def _wal(self) -> list[float]:
        """Bytes of the write-ahead log so far, and bytes and records as the statistics count them."""
        found: list[float] = self.value(
            "select array[pg_current_wal_insert_lsn() - '0/0'::pg_lsn, wal_bytes, wal_records]::float8[]"
            " from pg_stat_wal"
        )
        return found

    def settle(self) -> None:
        """Nothing of the preparation is left to do for the server while it is measured."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def filled(self, name: str) -> str:
        """The text of one of our SQL files, with the numbers of this scale in it."""
        text = (HERE / "sql" / name).read_text()
        return text.format(members=self.scale.members, merchants=self.scale.merchants)

    def rows(self, table: str) -> int:
        found: int = self.value(f"select count(*) from {table}")
        return found

    def value(self, query: str) -> Any:
        with psycopg.connect(self.url) as connection:
            row = connection.execute(query).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None

    def run_sql(self, text: str) -> None:
        with psycopg.connect(self.url) as connection:
            connection.execute(text)  # type: ignore[arg-type]


@contextmanager
def bench(
    scale: Scale, *, corrupt: bool = False, prepared: PreparedDatabase | None = None
) -> Iterator[Bench]:
    """A migrated and seeded district that commits durably, gone with the block unless it was prepared by others."""
    with tempfile.TemporaryDirectory(prefix="district-bench-") as name:
        folder = Path(name)
        with prepared.joined() if prepared else new_cluster(folder) as cluster:
            ready = Bench(scale, cluster, folder, corrupt, prepared.name if prepared else DATABASE)
            _set_up_django(ready.url, folder)
            if prepared is None:
                call_command("setup", no_static=True, verbosity=0)
            _require_durable(ready)
            ready.run_sql(ready.filled("seed.sql"))
            ready.settle()
            yield ready


def _set_up_django(url: str, folder: Path) -> None:
    os.environ |= {
        **secrets_of(folder),
        "DATABASE_URL": url,
        "DISTRICT_DATA_DIR": str(folder),
        "DISTRICT_MODE": "local",
        "DISTRICT_LOG_FORMAT": "json",
        "DJANGO_SETTINGS_MODULE": "district.settings",
    }
    django.setup()


def _require_durable(ready: Bench) -> None:
    for name in ("fsync", "synchronous_commit", "full_page_writes"):
        if (setting := ready.value(f"show {name}")) != "on":
            raise Incorrect(f"the cluster runs with {name} = {setting}")

"""A small data set of the test's own, and the command with its own server and database."""

import contextlib
import gzip
import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.conf import settings

from district.embedded import Cluster
from district.embedded.locks import is_locked
from district.embedded.processes import wait_until

COLUMNS = (
    "household_id,store_id,basket_id,product_id,quantity,sales_value,retail_disc,"
    "coupon_disc,coupon_match_disc,week,transaction_timestamp"
)
HOUSEHOLDS, STORES, BASKETS = 9, 6, 30
# Written by every request of a till or a phone, whatever else it does.
NOTED = ("last_used_at",)


def write_synthetic(folder, baskets=BASKETS):
    """A data set with everything the rules speak of: several lines, coupons, nothing paid, one store."""
    chance = random.Random(20170101)
    rows, number = [], 30_000
    for household in range(3, 3 + 7 * HOUSEHOLDS, 7):
        at = datetime(2017, 1, 1, 9)
        for turn in range(baskets):
            number += chance.randint(1, 9)
            at += timedelta(seconds=chance.choice([0, 7, 86_400, 200_000]))
            store = 40 + (0 if household == 3 else chance.randrange(STORES))
            for _line in range(chance.randint(1, 4)):
                paid = chance.choice([0, 4, 99, 100, 101, 1_999, 12_345])
                coupon = chance.choice([0, 0, 0, 50, 250]) if turn % 3 == 0 else 0
                later = (at + timedelta(seconds=chance.randint(0, 5))).isoformat()
                rows.append(
                    f"{household},{store},{number},1,1,{paid / 100},0.0,{coupon / 100},0.0,1,{later}"
                )
    chance.shuffle(rows)
    folder.mkdir(parents=True, exist_ok=True)
    text = "\n".join([COLUMNS, *rows]) + "\n"
    (folder / "transactions.csv.gz").write_bytes(gzip.compress(text.encode()))
    return folder


@dataclass(frozen=True)
class ReplayOutcome:
    """What a run of the command left at the terminal."""

    code: int
    out: str
    err: str

    @property
    def result(self):
        return json.loads(self.out)

    @property
    def figures(self):
        return {k: v for k, v in self.result.items() if k not in {"refused", "seconds"}}


class ReplayEnvironment:
    """Where the command is run: its environment, and the database it works on."""

    def __init__(self, url, environment):
        self.url = url
        self.environment = environment

    def start(self, *arguments, command="replay_receipts"):
        return subprocess.Popen(
            [sys.executable, "manage.py", command, *map(str, arguments)],
            cwd=settings.ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def finish(self, process, timeout=900):
        out, err = process.communicate(timeout=timeout)
        return ReplayOutcome(process.returncode, out, err)

    def run(self, *arguments, command="replay_receipts"):
        return self.finish(self.start(*arguments, command=command))

    def posted(self):
        """How many receipts are in the books so far; none while there are no books."""
        with contextlib.suppress(psycopg.Error), psycopg.connect(self.url) as connection:
            return connection.execute("select count(*) from loyalty_receipt").fetchall()[0][0]
        return 0

    def processes(self, word=""):
        """The ids of processes that have this database in their environment, oldest first."""
        found = []
        for folder in Path("/proc").iterdir():
            with contextlib.suppress(OSError):
                environment = (folder / "environ").read_bytes().split(b"\0")
                command = (folder / "cmdline").read_bytes().decode()
                if f"DATABASE_URL={self.url}".encode() in environment and word in command:
                    found.append(int(folder.name))
        return sorted(found)


class ReplayDatabase(ReplayEnvironment):
    """A migrated database of its own on a server of the tests."""

    _numbers = itertools.count(1)

    def __init__(self, databases, data_dir):
        self._databases = databases
        self.name = f"replay_test_{os.getpid()}_{next(self._numbers)}"
        url = databases.url_of(self.name)
        mine = {"DATABASE_URL": url, "DISTRICT_MODE": "replay", "DISTRICT_DATA_DIR": str(data_dir)}
        super().__init__(url, os.environ | mine)
        clone = databases.clone()
        with psycopg.connect(databases.url, autocommit=True) as connection:
            connection.execute(f'drop database if exists "{self.name}" with (force)')
            connection.execute(f'alter database "{clone}" rename to "{self.name}"')

    def books(self, *left_out):
        """A digest of every row of every table, but for the instants a key or session was last used."""
        with psycopg.connect(self.url) as connection:
            tables = connection.execute(
                "select c.relname, string_agg(quote_ident(a.attname), ', ' order by a.attnum)"
                " from pg_class c join pg_attribute a on a.attrelid = c.oid"
                " where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace"
                " and a.attnum > 0 and not a.attisdropped and a.attname <> all(%s)"
                " group by c.relname order by c.relname",
                [list(NOTED)],
            ).fetchall()
            return {
                table: connection.execute(
                    f"select count(*), md5(string_agg(r::text, '|' order by r::text))"
                    f" from (select {columns} from {table}) r"
                ).fetchone()
                for table, columns in tables
                if table not in left_out
            }

    def drop(self):
        self._databases.drop(self.name)


class EmbeddedReplayEnvironment(ReplayEnvironment):
    """A machine without DATABASE_URL: the command brings the embedded server in a data folder."""

    def __init__(self, data_dir):
        self.cluster = Cluster(data_dir / "postgres", "durable")
        left_out = {"DATABASE_URL", "DISTRICT_MODE"}
        environment = {name: value for name, value in os.environ.items() if name not in left_out}
        environment["DISTRICT_DATA_DIR"] = str(data_dir)
        super().__init__(None, environment)

    def posted(self):
        if self.cluster.state is None:
            return 0
        self.url = self.cluster.url_of("replay_completejourney")
        return super().posted()

    def end(self):
        """The server has stopped, as it does when nobody needs it, and its folder is gone."""
        self.cluster.home.lock("users").exclusive().close()
        assert wait_until(lambda: not is_locked(self.cluster.home.folder / "supervisor.lock"), 60)
        shutil.rmtree(self.cluster.home.folder)


@pytest.fixture(scope="session")
def new_replay_database(databases, tmp_path_factory):
    """Makes replay databases on the server the tests run on, or on another one, and drops them."""
    replay_databases = []

    def make(on=databases):
        replay_databases.append(ReplayDatabase(on, tmp_path_factory.mktemp("data")))
        return replay_databases[-1]

    yield make
    for database in replay_databases:
        database.drop()


@pytest.fixture(scope="session")
def synthetic(tmp_path_factory):
    return write_synthetic(tmp_path_factory.mktemp("synthetic"))

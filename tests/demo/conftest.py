import json
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from district.demo.chapters import all_chapters
from district.demo.plan import Plan, Size, build_plan
from district.demo.seeding import seed
from tests.databases import use_database
from tests.demo import database_totals
from tests.queues import isolated_queue
from tests.wechat.fixtures import APPID, SECRET, wechat, wechat_server

__all__ = ["wechat", "wechat_server"]

SCALE = 0.035
LAST_DAY = date(2025, 11, 20)


class NoProgress:
    """Wants to know nothing."""

    def begin(self, total, done=0):
        pass

    def step(self, steps=1):
        pass

    def phase(self, words):
        pass

    def end(self, words):
        pass


class TotalsAfterYear(NoProgress):
    """Keeps what the ledger held when the year of receipts was posted, before the chapters of life."""

    totals = None

    def phase(self, words):
        if words == all_chapters()[0][0]:
            self.totals = database_totals.year_totals()


@dataclass(frozen=True)
class SeededDistrict:
    """A database with a small demo district, and the folder with its logins."""

    url: str
    data: Path
    plan: Plan | None
    # What the ledger held before the chapters of life.
    year: database_totals.YearTotals | None = None

    @property
    def logins(self):
        return json.loads((self.data / "demo_logins.json").read_text())

    @property
    def mode_of_logins(self):
        return stat.S_IMODE((self.data / "demo_logins.json").stat().st_mode)


@contextmanager
def using_database(url, data):
    """This process stands in that database and data folder, with a WeChat app."""
    with ExitStack() as stack:
        stack.enter_context(
            override_settings(
                DATA_DIR=data,
                WECHAT_APPID=APPID,
                WECHAT_SECRET=SECRET,
            )
        )
        stack.enter_context(use_database(url))
        stack.enter_context(isolated_queue(data))
        yield


@pytest.fixture(scope="package")
def small_plan():
    return build_plan(Size.at(SCALE), LAST_DAY)


@pytest.fixture(scope="package")
def small_district(databases, django_db_blocker, tmp_path_factory, small_plan):
    """A small demo district, made once for all tests that only look at it."""
    name, data = databases.clone(), tmp_path_factory.mktemp("demo")
    url = databases.url_of(name)
    with django_db_blocker.unblock(), using_database(url, data):
        meter = TotalsAfterYear()
        seed(meter=meter, scale=SCALE, last_day=LAST_DAY)
    yield SeededDistrict(url, data, small_plan, meter.totals)
    databases.drop(name)


@pytest.fixture
def district(small_district, django_db_blocker):
    """The small district as the database of this test."""
    with django_db_blocker.unblock(), using_database(small_district.url, small_district.data):
        yield small_district


@pytest.fixture
def new_database(databases, django_db_blocker, tmp_path_factory):
    """Makes databases without a district; in the block this process stands there."""

    @contextmanager
    def make():
        name, data = databases.clone(), tmp_path_factory.mktemp("new_database")
        with django_db_blocker.unblock(), using_database(databases.url_of(name), data):
            yield SeededDistrict(databases.url_of(name), data, None)
        databases.drop(name)

    return make


@pytest.fixture
def empty_database(new_database):
    """One of them, for the whole test."""
    with new_database() as place:
        yield place

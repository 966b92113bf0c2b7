import json
import stat
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.test import override_settings

from district.demo.life import CHAPTERS
from district.demo.plan import Plan, Size, draw_up
from district.demo.seeding import seed
from tests.databases import pointed_at
from tests.demo import figures
from tests.horizon import horizon_of_this_database
from tests.queues import queue_in
from tests.wechat.fixtures import APPID, SECRET, wechat, wechat_server

__all__ = ["wechat", "wechat_server"]

SCALE = 0.035
LAST_DAY = date(2025, 11, 20)


class Silent:
    """Wants to know nothing."""

    def begin(self, total, done=0):
        pass

    def step(self, steps=1):
        pass

    def phase(self, words):
        pass

    def end(self, words):
        pass


class AtTheEndOfTheYear(Silent):
    """Keeps what the ledger held when the year of receipts was posted, before the chapters of life."""

    kept = None

    def phase(self, words):
        if words == CHAPTERS[0][0]:
            self.kept = figures.of_the_year()


@dataclass(frozen=True)
class Seeded:
    """A database with a small demo district, and the folder with its logins."""

    url: str
    data: Path
    plan: Plan | None
    # What the ledger held before the chapters of life.
    year: figures.Year | None = None

    @property
    def logins(self):
        return json.loads((self.data / "demo_logins.json").read_text())

    @property
    def mode_of_logins(self):
        return stat.S_IMODE((self.data / "demo_logins.json").stat().st_mode)


@contextmanager
def at(url, data):
    """This process stands in that database and data folder, with quick passwords and a WeChat app."""
    with ExitStack() as stack:
        stack.enter_context(
            override_settings(
                DATA_DIR=data,
                WECHAT_APPID=APPID,
                WECHAT_SECRET=SECRET,
                PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
            )
        )
        stack.enter_context(pointed_at(url))
        stack.enter_context(queue_in(data))
        yield


@pytest.fixture(scope="package")
def small_plan():
    return draw_up(Size.at(SCALE), LAST_DAY)


@pytest.fixture(scope="package")
def small_district(databases, django_db_blocker, tmp_path_factory, small_plan):
    """A small demo district, made once for all tests that only look at it."""
    name, data = databases.clone(), tmp_path_factory.mktemp("demo")
    url = databases.url_of(name)
    with django_db_blocker.unblock(), at(url, data), pytest.MonkeyPatch.context() as patch:
        for verb in ("close", "seal"):
            patch.setattr(
                f"loyalty.settlement.services.{verb}.horizon_now", horizon_of_this_database
            )
        meter = AtTheEndOfTheYear()
        seed(meter=meter, scale=SCALE, last_day=LAST_DAY)
    yield Seeded(url, data, small_plan, meter.kept)
    databases.drop(name)


@pytest.fixture
def district(small_district, django_db_blocker):
    """The small district as the database of this test."""
    with django_db_blocker.unblock(), at(small_district.url, small_district.data):
        yield small_district


@pytest.fixture
def fresh(databases, django_db_blocker, tmp_path_factory):
    """Makes databases without a district; in the block this process stands there."""

    @contextmanager
    def make():
        name, data = databases.clone(), tmp_path_factory.mktemp("fresh")
        with django_db_blocker.unblock(), at(databases.url_of(name), data):
            yield Seeded(databases.url_of(name), data, None)
        databases.drop(name)

    return make


@pytest.fixture
def empty(fresh):
    """One of them, for the whole test."""
    with fresh() as place:
        yield place

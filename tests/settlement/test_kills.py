"""Killed at the very end of a close, everything written and nothing committed: the next run completes."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager

import psycopg
import pytest
from django.conf import settings

from district.embedded.processes import wait_until
from district.kernel import clock, invariants
from loyalty.models import IssueBudget, IssueBudgetSlot, PrefundEntry
from loyalty.settlement.models import Cycle, Line, Statement
from tests.factories.loyalty import buy, make_earning_store, pay_points
from tests.factories.members import make_member, make_operator
from tests.settlement.conftest import INSIDE

pytestmark = pytest.mark.kill


@pytest.fixture
def books(durable_db):
    """Something to settle, and something that goes back into a budget as the closing's last step."""
    with clock.travel_to(INSIDE):
        make_operator("zhang"), make_operator("wang")
        tea, books, member = make_earning_store(), make_earning_store(), make_member()
        budget = IssueBudget.objects.create(merchant=tea.merchant, slots=1, since=INSIDE)
        IssueBudgetSlot.objects.create(budget=budget, slot=0, remaining_milli_fen=1_000_000)
        PrefundEntry.objects.create(
            merchant=tea.merchant, kind="deposit", milli_fen=1_000_000, reference="D",
            actor="user:1", at=INSIDE,
        )  # fmt: skip
        buy(member, tea, fen=50_000)
        pay_points(member, books, points=100)
        pay_points(member, tea, points=70)
    return durable_db


def settle(database):
    return subprocess.Popen(
        [sys.executable, "manage.py", "settle", "--proposer", "zhang", "--approver", "wang"],
        cwd=settings.ROOT, env=database.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        text=True,
    )  # fmt: skip


@contextmanager
def waiting_at_the_last_step(database):
    """A till holds the budget's slot, so that the closing waits with all its lines written."""
    with psycopg.connect(database.url) as till:
        till.execute("select from loyalty_issuebudgetslot for update")
        run = settle(database)
        assert wait_until(lambda: _waits(database), 120)
        yield run
        till.close()


def _waits(database):
    with psycopg.connect(database.url, autocommit=True) as watch:
        return watch.execute(
            "select count(*) from pg_stat_activity where datname = current_database()"
            " and wait_event_type = 'Lock' and query like '%settlement_close%'"
        ).fetchone() == (1,)


def _require_one_close(database):
    done = settle(database)
    out, err = done.communicate(timeout=300)
    assert done.returncode == 0, err + out
    assert Line.objects.values_list("points", "fen").get() == (100, 100)
    assert Statement.objects.filter(cycle__number=1).count() == 2
    assert IssueBudgetSlot.objects.get().remaining_milli_fen == 570_000
    assert PrefundEntry.objects.filter(kind="release").count() == 1
    assert list(invariants.offences()) == []


def test_the_closing_process_dies(books):
    with waiting_at_the_last_step(books) as run:
        os.kill(run.pid, signal.SIGKILL)
        run.communicate()
    assert wait_until(lambda: not _waits(books), 60)
    assert Cycle.objects.get(number=1).state == "proposed"
    assert not Line.objects.exists()

    _require_one_close(books)


def test_postgres_dies_in_the_closing(books, durable_cluster):
    from django.db import connection

    with waiting_at_the_last_step(books) as run:
        dead = durable_cluster.kill9()
        run.communicate()
        durable_cluster.wait_back(dead)
    connection.close()
    assert Cycle.objects.get(number=1).state == "proposed"
    assert not Line.objects.exists()

    _require_one_close(books)

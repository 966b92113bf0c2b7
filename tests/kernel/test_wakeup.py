"""The wake-up of a worker: sent after the commit, only when somebody listens, and cheap when the broker is down."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import transaction

from district.kernel.outbox import wakeup
from district.kernel.outbox.events import emit, subscribe
from tests.kernel.sample_events import TeaPoured, failing_handler

pytestmark = pytest.mark.usefixtures("no_listeners")


ROOT = Path(__file__).resolve().parent.parent.parent


def test_a_commit_wakes_a_worker_at_once_and_only_if_somebody_listens(real_db):
    emit(TeaPoured(cup=1))
    assert wakeup.queue_length(wakeup.QUEUE) == 0

    subscribe(TeaPoured, failing_handler, name="a")
    with transaction.atomic():
        emit(TeaPoured(cup=2))
        assert wakeup.queue_length(wakeup.QUEUE) == 0

    assert wakeup.queue_length(wakeup.QUEUE) == 1


def test_a_burst_of_commits_asks_at_its_beginning_and_once_more_after_it(real_db, monkeypatch):
    monkeypatch.setattr(wakeup, "_MIN_INTERVAL_SECONDS", 3.0)
    subscribe(TeaPoured, failing_handler, name="a")
    began = time.monotonic()
    for cup in range(30):
        emit(TeaPoured(cup=cup))
    assert time.monotonic() - began < 3, "too slow a machine for a burst"
    assert wakeup.queue_length(wakeup.QUEUE) == 1

    time.sleep(3.5)

    assert wakeup.queue_length(wakeup.QUEUE) == 2


def test_a_queue_nobody_empties_gets_no_more_than_four_messages(real_db, monkeypatch):
    monkeypatch.setattr(wakeup, "_MIN_INTERVAL_SECONDS", 0.0)
    for _ in range(20):
        wakeup.wake_worker()

    assert wakeup.queue_length(wakeup.QUEUE) == 4


WAKE_WORKER = """
import time, django
django.setup()
from district.kernel.outbox import wakeup
began = time.monotonic()
wakeup.wake_worker()
print(time.monotonic() - began, wakeup._paused_until - time.monotonic())
"""


def test_a_broker_that_is_down_costs_a_moment_and_is_then_left_alone():
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "district.settings",
        "DISTRICT_BROKER_URL": "redis://127.0.0.1:1/0",
    }

    done = subprocess.run(
        [sys.executable, "-c", WAKE_WORKER],
        env=env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    spent, silence = map(float, done.stdout.split())
    assert spent < 3
    assert 25 < silence <= 30
    assert [line for line in done.stderr.splitlines() if "wake-up lost" not in line] == []

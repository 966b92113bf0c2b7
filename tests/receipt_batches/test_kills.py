"""Web server, worker and PostgreSQL die in the middle of a batch; nothing is lost or posted twice."""

import itertools
import threading
import time
from http.client import HTTPException

import pytest
from django.db import InterfaceError, OperationalError, connection

from district.embedded.processes import wait_until
from district.replay.clients import TillClient
from loyalty.models import PointsAccount, Receipt, Transfer
from loyalty.receipt_batches import tasks
from loyalty.receipt_batches.models import Batch
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.receipt_batches.rows import ndjson, receipt_row, refund_row
from tests.servers import CeleryWorker

pytestmark = [pytest.mark.kill, pytest.mark.slow]

ROWS, MEMBERS, REFUNDS = 12_000, 40, 60


@pytest.fixture
def scene(durable_db):
    tea = make_earning_store()
    members = [make_member() for _ in range(MEMBERS)]
    people = itertools.cycle(members)
    rows = [receipt_row(tea, next(people), fen=1_000) for _ in range(ROWS)]
    rows += [refund_row(tea, row["receipt_no"], fen=500) for row in rows[:REFUNDS]]
    return tea, ndjson(rows)


def send(till, batch, content):
    """As any sender does: asks where to go on, until all has arrived."""
    give_up = time.monotonic() + 120
    while time.monotonic() < give_up:
        try:
            received = till.read_batch(batch).body["received_bytes"]
            if received == len(content):
                return
            till.send_content(batch, Slowly(content[received:]), offset=received)
        except (OSError, HTTPException, KeyError):
            time.sleep(0.2)
    pytest.fail("the upload never ended")


class Slowly:
    """A body that takes its time, so that somebody can die in the middle of it."""

    def __init__(self, content):
        self.content = content

    def __len__(self):
        return len(self.content)

    def __iter__(self):
        for start in range(0, len(self.content), 100_000):
            time.sleep(0.05)
            yield self.content[start : start + 100_000]


def state(batch):
    try:
        connection.close()
        batch.refresh_from_db()
    except (InterfaceError, OperationalError):
        return None
    return batch


def until(batch, reached, patience=180):
    """Ring as beat does until the batch has come so far."""

    def there():
        tasks.WORKER.wake()
        return state(batch) is not None and reached(batch)

    assert wait_until(there, patience, pause=0.3), vars(batch)


def test_whoever_dies_each_row_is_posted_once(durable_cluster, web, worker, scene, tmp_path):
    tea, content = scene
    till = TillClient(web.connect(), till_key_text(tea), store=tea.public_id)
    opened = till.open_batch().body["id"]
    batch = Batch.objects.get()
    sender = threading.Thread(target=send, args=[till, opened, content])
    sender.start()

    assert wait_until(lambda: state(batch).received_bytes > 0, 60)
    web.kill_worker9()
    assert wait_until(lambda: state(batch).received_bytes > len(content) / 3, 60)
    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)
    assert wait_until(
        lambda: (state(batch) or opened) and batch.received_bytes > len(content) / 2, 60
    )
    web.kill9()
    web.start()
    sender.join()
    answer = till.over(web.connect()).submit_batch(opened, len(content))
    assert answer.status == 200, answer.content

    until(batch, lambda batch: batch.answered > 0)
    worker.kill9()
    second = CeleryWorker(env=worker.env, folder=tmp_path)
    second.start()
    halfway = batch.answered
    until(batch, lambda batch: batch.answered > halfway or batch.state == "done")
    dead = durable_cluster.kill9()
    durable_cluster.wait_back(dead)
    until(batch, lambda batch: batch.state == "done")
    second.stop()

    assert (batch.rows, batch.posted) == (ROWS + REFUNDS, ROWS + REFUNDS)
    assert (batch.refused, batch.repeated, batch.parked) == (0, 0, 0)
    assert Receipt.objects.count() == ROWS
    assert Transfer.objects.filter(kind="earn").count() == ROWS
    balance = sum(PointsAccount.objects.values_list("available", flat=True))
    assert balance == ROWS * 10 - REFUNDS * 5

"""However long the file, the servers hold no more of it."""

import itertools
import json

import psutil
import pytest

from district.embedded.processes import wait_until
from district.replay.clients import TillClient
from loyalty.receipt_batches.models import Batch
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.receipt_batches.rows import receipt_row

pytestmark = pytest.mark.slow

SMALL, LARGE, SLACK_MIB = 6_000, 30_000, 12


def resident_mib(server):
    return sum(psutil.Process(pid).memory_info().rss for pid in server.pids()) / 2**20


def test_memory_is_flat(web, worker, real_db):
    tea = make_earning_store()
    people = itertools.cycle([make_member() for _ in range(50)])
    till = TillClient(web.connect(), till_key_text(tea))
    numbers = itertools.count(1)

    def run(rows):
        lines = (
            json.dumps(receipt_row(tea, next(people), no=f"M{next(numbers)}", fen=100)).encode()
            for _ in range(rows)
        )
        content = b"\n".join(lines) + b"\n"
        batch = till.open_batch().body["id"]
        till.send_content(batch, content, offset=0)
        sent = resident_mib(web)
        till.submit_batch(batch, len(content))
        assert wait_until(lambda: till.read_batch(batch).body["state"] == "done", 240)
        answers = till.read_batch(batch, "/answers.ndjson").content
        assert len(answers.splitlines()) == rows
        return max(sent, resident_mib(web)), resident_mib(worker)

    run(SMALL), run(SMALL)
    before = run(SMALL)
    after = run(LARGE)

    assert Batch.objects.filter(state="done").count() == 4
    growth = [later - earlier for earlier, later in zip(before, after, strict=True)]
    assert max(growth) < SLACK_MIB, (before, after)

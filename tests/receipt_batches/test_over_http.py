"""Batches over the wire: a real web server, a real worker, and the examples of the documentation."""

import json
import os
import re
import socket
import subprocess
import sys

import pytest
from django.conf import settings

from district.kernel import clock
from district.replay.clients import BATCH_MEDIA, TillClient, fresh_number
from loyalty.models import PointsAccount, Receipt
from loyalty.receipt_batches.models import Batch
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.members import make_member
from tests.factories.merchants import till_key_text
from tests.receipt_batches.rows import as_csv, ndjson, receipt_row, refund_row

PAGE = (settings.ROOT / "docs" / "batches.md").read_text()


@pytest.fixture
def member(real_db):
    return make_member()


@pytest.fixture
def tea(real_db):
    return make_earning_store()


@pytest.fixture
def till(web, tea):
    return TillClient(web.connect(), till_key_text(tea), store=tea.public_id)


class Client:
    """An upload as its sender sees it."""

    def __init__(self, till, format="ndjson"):
        self.till = till
        answer = till.open_batch(format, "今天")
        assert answer.status == 201, answer.content
        self.batch, self.media = answer.body["id"], BATCH_MEDIA[format]
        self.path = f"/till/batches/{self.batch}"

    def send(self, content, offset=0, media=None):
        return self.till.send_content(self.batch, content, offset=offset, media=media or self.media)

    def submit(self, size):
        return self.till.submit_batch(self.batch, size)

    def read(self, part=""):
        return self.till.read_batch(self.batch, part)

    def wait(self):
        from district.embedded.processes import wait_until

        assert wait_until(lambda: self.read().body["state"] == "done", 60)
        return self.read().body


def scripts(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def run(command, folder, **environment):
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


@pytest.mark.slow
def test_the_examples_of_the_page_work(worker, till, tea, member, tmp_path):
    folder = tmp_path / "client"
    folder.mkdir()
    rows = [receipt_row(tea, member, fen=12_680), receipt_row(tea, member) | {"paid_fen": "many"}]
    (folder / "receipts.csv").write_bytes(as_csv(rows))
    here = {"BASE": f"{till.connection.base_url}/api/v1", "TILL_KEY": till.token}

    upload, reconcile = scripts("bash")
    run(["bash", "-c", upload], folder, **here)
    answers = [json.loads(line) for line in (folder / "answers.ndjson").read_text().splitlines()]
    assert [(answer["line"], answer["state"], answer["points"]) for answer in answers] == [
        (2, "posted", 126),
        (3, "refused", 0),
    ]
    assert answers[1]["problem"]["errors"][0]["field"] == "paid_fen"

    (script,) = scripts("python")
    more = [*rows, *(receipt_row(tea, member) for _ in range(3_000))]
    (folder / "more.ndjson").write_bytes(ndjson(more))
    completed = run([sys.executable, "-c", script, "more.ndjson"], folder, **here)
    batch = json.loads(completed.stdout)
    assert (batch["repeated"], batch["refused"], batch["posted"]) == (1, 1, 3_000)
    assert completed.stderr.split() == ["2", rows[1]["receipt_no"], "invalid_request"]
    again = run([sys.executable, "-c", script, "more.ndjson"], folder, **here)
    assert json.loads(again.stdout) == batch

    day = clock.business_day(clock.now()).isoformat()
    run(["bash", "-c", reconcile], folder, STORE=tea.public_id, DAY=day, **here)
    reconciliation = json.loads((folder / "reconciliation.json").read_text())
    assert reconciliation["agrees"] is False
    assert reconciliation["receipts"]["theirs"] == {"count": 1, "fen": 999}
    found = {difference["number"]: difference["what"] for difference in reconciliation["listed"]}
    assert found["A-UNKNOWN"] == "missing_here"


def test_a_cut_connection_goes_on_where_it_broke(web, worker, till, tea, member):
    client = Client(till)
    content = ndjson([receipt_row(tea, member) for _ in range(100)])
    host, port = web.base_url.removeprefix("http://").split(":")
    wire = socket.create_connection((host, int(port)))
    head = (
        f"PUT /api/v1{client.path}/content?offset=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {till.token}\r\nContent-Type: application/x-ndjson\r\n"
        f"Content-Length: {len(content)}\r\n\r\n"
    )
    wire.sendall(head.encode() + content[: len(content) // 2 + 7])
    wire.shutdown(socket.SHUT_WR)
    wire.close()
    from district.embedded.processes import wait_until

    assert wait_until(lambda: client.read().body["received_bytes"] > 0, 20)
    received = client.read().body["received_bytes"]
    assert 0 < received <= len(content) // 2 + 7

    wrong = client.send(content, offset=0)
    assert (wrong.status, wrong.body["received_bytes"]) == (409, received)
    assert client.send(content[received:], offset=received).body["rows"] == 100
    assert client.submit(len(content)).status == 200
    assert client.wait()["posted"] == 100
    assert PointsAccount.objects.get(pk=member.pk).seq == 100


def test_pages_and_the_file_hold_the_same(web, worker, till, tea, member):
    client = Client(till)
    rows = [receipt_row(tea, member) for _ in range(30)]
    rows[5]["paid_fen"] = rows[20]["paid_fen"] = None
    content = ndjson([*rows, refund_row(tea, rows[0]["receipt_no"], fen=5_000)])
    client.send(content)
    client.submit(len(content))
    client.wait()

    paged, cursor = [], ""
    while cursor is not None:
        page = client.read(f"/rows?limit=7{cursor and '&cursor='}{cursor}").body
        paged += page["results"]
        cursor = page["next"]
    answer = client.read("/answers.ndjson")

    assert answer.headers["Content-Type"] == "application/x-ndjson"
    assert [json.loads(line) for line in answer.content.splitlines()] == paged
    assert [row["line"] for row in paged] == list(range(1, 32))
    refused = client.read("/rows?state=refused").body["results"]
    assert [row["line"] for row in refused] == [6, 21]
    assert paged[0]["transfer"].startswith("tr_")
    assert paged[-1]["refund"].startswith("rfd_")
    assert client.read("/rows?state=other").status == 400


def test_another_merchants_till_finds_nothing(web, till, tea, member):
    client = Client(till)
    stranger = TillClient(web.connect(), till_key_text(make_earning_store()))
    for where in ("", "/rows", "/answers.ndjson"):
        assert stranger.read_batch(client.batch, where).status == 404
    other = Client.__new__(Client)
    other.till, other.batch, other.media = stranger, client.batch, client.media
    assert other.send(b"{}").status == 404
    assert other.submit(2).status == 404
    assert client.read().body["received_bytes"] == 0


def test_a_till_of_fewer_stores_does_not_reach_a_batch_of_more(web, till, tea):
    from tests.factories.merchants import make_store

    second = make_store(merchant=tea.merchant)
    both = Client(TillClient(web.connect(), till_key_text(tea, second)))

    assert till.read_batch(both.batch).status == 404
    assert till.get("/till/batches").body["results"] == []
    upload = Client(till)
    assert both.till.read_batch(upload.batch).status == 200


def test_bad_requests_are_problems_and_leave_nothing(web, till, tea):
    client = Client(till, "csv")

    def code(answer):
        assert answer.headers["Content-Type"] == "application/problem+json", answer.content
        return (answer.status, answer.body["code"])

    assert code(client.send(b"x", media="application/json")) == (415, "unsupported_media_type")
    assert code(client.send(b"x", offset=-1)) == (400, "invalid_request")
    assert code(client.send(b"x", offset="x")) == (400, "invalid_request")
    assert code(client.send(b"x", offset=10**30)) == (400, "invalid_request")
    assert code(client.send(b"x", offset=5)) == (409, "batch_offset_wrong")
    assert code(client.send(b"a,b\n")) == (400, "batch_header_wrong")
    assert code(client.submit(0)) == (400, "invalid_request")
    assert code(client.submit(3)) == (409, "batch_incomplete")
    assert code(till.open_batch("xml")) == (400, "invalid_request")
    assert code(till.get("/till/batches/bat_x")) == (404, "not_found")
    assert code(till.get("/till/batches/%00")) == (404, "not_found")
    chunked = client.send(iter([b"a"]))
    assert code(chunked) == (411, "length_required")
    assert head_alone(web, client, settings.BATCH_LIMIT + 1).startswith(b"HTTP/1.1 413")
    batch = Batch.objects.get()
    assert (batch.received_bytes, batch.rows, batch.state) == (0, 0, "receiving")


def head_alone(web, client, length):
    """The first words of the answer to a request whose body never comes."""
    host, port = web.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as wire:
        wire.sendall(
            f"PUT /api/v1{client.path}/content?offset=0 HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Authorization: Bearer {client.till.token}\r\nContent-Type: text/csv\r\n"
            f"Content-Length: {length}\r\n\r\n".encode()
        )
        return wire.recv(100)


def test_opening_with_the_same_key_opens_one(web, till):
    key = fresh_number()
    answers = [till.open_batch("csv", key=key) for _ in range(3)]

    assert len({answer.body["id"] for answer in answers}) == 1
    assert till.open_batch("ndjson", key=key).status == 422


def test_a_day_that_agrees(web, till, tea, member):
    receipt = buy(member, tea, fen=5_000, no="A-1")
    body = {
        "store": tea.public_id,
        "day": clock.business_day(receipt.paid_at).isoformat(),
        "receipts": {"count": 1, "fen": 5_000, "each": [{"number": "A-1", "fen": 5_000}]},
        "refunds": {"count": 0, "fen": 0, "each": []},
        "spendings": {"count": 0, "points": 0},
    }
    answer = till.post("/till/reconciliations", body)

    assert answer.status == 201, answer.content
    reconciliation = answer.body
    assert (reconciliation["agrees"], reconciliation["differences"], reconciliation["listed"]) == (
        True,
        0,
        [],
    )
    assert till.get(f"/till/reconciliations/{reconciliation['id']}").body == reconciliation
    body["receipts"]["fen"] = 5_001
    assert till.post("/till/reconciliations", body).status == 400
    assert Receipt.objects.count() == 1

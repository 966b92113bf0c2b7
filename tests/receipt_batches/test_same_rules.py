"""One list of receipts and refunds, right and wrong: the batch answers each as the single endpoint does."""

import json
from datetime import timedelta

import pytest
from django.db import transaction
from rest_framework.test import APIClient

from district.kernel import clock
from loyalty.receipt_batches.models import Batch, RowResult
from tests.factories.loyalty import buy
from tests.factories.members import make_member
from tests.factories.merchants import allied_store, make_store, till_key_text
from tests.receipt_batches.rows import as_csv, post_all, receipt_row, refund_row

RECEIPTS = {
    "right": {},
    "nothing paid": {"paid_fen": 0},
    "the most": {"paid_fen": 10**12},
    "more than the most": {"paid_fen": 10**12 + 1},
    "negative": {"paid_fen": -1},
    "text for money": {"paid_fen": "100"},
    "true for money": {"paid_fen": True},
    "float for money": {"paid_fen": 1.0},
    "no money": {"paid_fen": None},
    "number of letters": {"receipt_no": "甲-1"},
    "number with blanks": {"receipt_no": " 42"},
    "number too long": {"receipt_no": "9" * 65},
    "longest number": {"receipt_no": "9" * 64},
    "number as a number": {"receipt_no": 42},
    "number with a line feed": {"receipt_no": "42\n"},
    "empty number": {"receipt_no": ""},
    "known number": {"receipt_no": "KNOWN", "paid_fen": 7},
    "a number that is only alike": {"receipt_no": "NO.KNOWN", "paid_fen": 9_900},
    "no offset": {"paid_at": "2026-03-01T12:00:00"},
    "no day": {"paid_at": "2026-02-30T12:00:00+08:00"},
    "number for a time": {"paid_at": 1},
    "of an id of another kind": {"member": "str_" + "a" * 22},
    "unknown member": {"member": "mem_" + "a" * 22},
    "unknown store": {"store": "str_" + "a" * 22},
    "several wrong": {"paid_fen": "x", "paid_at": "x", "member": None},
    "list for a member": {"member": []},
    "NUL in a number": {"receipt_no": "4\x002"},
    "a field nobody asked for": {"colour": "red"},
}
REFUNDS = {
    "right": {},
    "whole": {"fen": 9_900},
    "too much": {"fen": 9_901},
    "nothing": {"fen": 0},
    "unknown receipt": {"receipt_no": "NOBODY"},
    "no number": {"refund_no": None},
    "bought elsewhere of ours": {"receipt_store": "second"},
    "bought elsewhere of others": {"receipt_store": "str_" + "b" * 22},
    "text for money": {"fen": "1"},
}
NOW = clock.now()


@pytest.fixture
def scene(member, tea):
    with clock.travel_to(NOW):
        second = make_store(merchant=tea.merchant)
        paid_at = buy(member, tea, fen=9_900, no="KNOWN").paid_at
        client = APIClient()
        client.credentials(
            HTTP_AUTHORIZATION=f"Bearer {till_key_text(tea, second)}", HTTP_IDEMPOTENCY_KEY="k-1"
        )
        yield client, second, paid_at


def single(client, path, body):
    """What the endpoint answers, and then as if it had never been asked."""
    with transaction.atomic():
        answer = client.post(
            f"/api/v1/till/{path}", json.dumps(body), content_type="application/json"
        )
        transaction.set_rollback(True)
    return answer.status_code, answer.json()


def in_batch(tea, second, content, **options):
    batch = post_all(tea, content, stores=[tea, second], **options)
    (answer,) = RowResult.objects.filter(batch=batch)
    return answer


def agree(answer, status, body):
    if status < 300:
        assert answer.state == ("parked" if status == 202 else "posted"), answer.problem
        points = body["points"]
        assert answer.points == (sum(points.values()) if isinstance(points, dict) else points or 0)
    else:
        assert answer.state == "refused"
        assert answer.problem == body


@pytest.mark.parametrize("name", RECEIPTS)
def test_a_receipt(scene, tea, member, name):
    client, second, paid_at = scene
    row = receipt_row(tea, member, fen=10_000, no="R-1", at=paid_at) | RECEIPTS[name]
    status, body = single(client, "receipts", row)

    agree(in_batch(tea, second, [row]), status, body)


@pytest.mark.parametrize("name", REFUNDS)
def test_a_refund(scene, tea, name):
    client, second, _ = scene
    row = refund_row(tea, "KNOWN", fen=3_000, no="F-1") | REFUNDS[name]
    if row.get("receipt_store") == "second":
        row["receipt_store"] = second.public_id
    status, body = single(client, "refunds", row)

    agree(in_batch(tea, second, [row]), status, body)


CELLS = [
    name
    for name, more in RECEIPTS.items()
    if all(isinstance(value, str | int) and "\n" not in str(value) for value in more.values())
]


@pytest.mark.parametrize("name", CELLS)
def test_a_receipt_in_csv(scene, tea, member, name):
    """Text is what a cell holds: a number there is a number only where money stands."""
    client, second, paid_at = scene
    row = receipt_row(tea, member, fen=10_000, no="R-1", at=paid_at) | RECEIPTS[name]
    as_json = dict(row)
    if name == "text for money":
        as_json["paid_fen"] = 100
    if name == "number as a number":
        as_json["receipt_no"] = "42"
    if name == "number for a time":
        as_json["paid_at"] = "1"
    if name == "true for money":
        as_json["paid_fen"] = "True"
    if name == "empty number":
        del as_json["receipt_no"]
    status, body = single(client, "receipts", as_json)

    agree(in_batch(tea, second, as_csv([row]), format=Batch.Format.CSV), status, body)


@pytest.mark.parametrize("days", [-1, 32])
def test_a_receipt_of_another_time(scene, tea, member, days):
    client, second, _ = scene
    row = receipt_row(tea, member, at=NOW - timedelta(days=days))
    status, body = single(client, "receipts", row)

    assert status == 409
    agree(in_batch(tea, second, [row]), status, body)


def test_a_merchant_that_left_and_a_member_who_closed(scene, tea, member):
    client, second, _ = scene
    stranger = make_member()
    stranger.closed_at = NOW
    stranger.save()
    row = receipt_row(tea, stranger)
    agree(in_batch(tea, second, [row]), *single(client, "receipts", row))

    with clock.travel_to(NOW - timedelta(days=9_000)):
        early = receipt_row(tea, member)
        agree(in_batch(tea, second, [early]), *single(client, "receipts", early))


def test_a_merchant_without_terms(scene, member):
    client, _, _ = scene
    bare = allied_store()
    with clock.travel_to(NOW):
        client.credentials(
            HTTP_AUTHORIZATION=f"Bearer {till_key_text(bare)}", HTTP_IDEMPOTENCY_KEY="k-1"
        )
        row = receipt_row(bare, member)
        status, body = single(client, "receipts", row)
        assert body["code"] == "merchant_without_terms"
        agree(in_batch(bare, bare, [row]), status, body)

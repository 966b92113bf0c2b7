"""Posting receipts through a till: what it answers, and that bad input changes nothing."""

import json

import pytest
from rest_framework.test import APIClient

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.models import Idem
from district.merchants import services as merchants
from loyalty.models import Receipt
from loyalty.queries import balance_of
from tests.factories.members import make_member
from tests.factories.merchants import make_store, till_key_text
from tests.loyalty.till_requests import PROBLEM, fields_of, post


def test_a_receipt_is_posted(at_till, receipt, member, tea):
    answer = post(at_till, "receipts", receipt)

    assert answer.status_code == 201
    body = answer.json()
    assert body["points"] == 126
    assert body["transfer"]["available_after"] == 126
    assert {name: body[name] for name in ("store", "member", "receipt_no", "paid_fen")} == {
        name: receipt[name] for name in ("store", "member", "receipt_no", "paid_fen")
    }
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_repeat_has_the_same_answer_to_the_letter(at_till, receipt):
    first = post(at_till, "receipts", receipt)

    assert post(at_till, "receipts", receipt).content == first.content
    assert Receipt.objects.count() == 1


def test_numbers_count_as_they_are_written(at_till, receipt, member):
    """Same store, day and sum; what a till writes differently are different bills."""
    for turn, no in enumerate(["1-23", "12-3", "1.23", "1/2/3", "123", "NO.123", "0123"], start=1):
        at_till.credentials(**at_till._credentials | {"HTTP_IDEMPOTENCY_KEY": f"n-{turn}"})
        assert post(at_till, "receipts", receipt | {"receipt_no": no}).status_code == 201
        assert balance_of(member).available == turn * 126


def test_a_receipt_worth_nothing_has_no_transfer(at_till, receipt):
    assert post(at_till, "receipts", receipt | {"paid_fen": 99}).json()["transfer"] is None


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"paid_fen": -1}, "paid_fen"),
        ({"paid_fen": 2**63}, "paid_fen"),
        ({"paid_fen": 10**12 + 1}, "paid_fen"),
        ({"paid_fen": 1.5}, "paid_fen"),
        ({"paid_fen": "100"}, "paid_fen"),
        ({"paid_fen": True}, "paid_fen"),
        ({"paid_fen": None}, "paid_fen"),
        ({"paid_at": "2026-11-21T18:30:00"}, "paid_at"),
        ({"paid_at": "yesterday"}, "paid_at"),
        ({"paid_at": "0001-01-01T00:00:00+23:59"}, "paid_at"),
        ({"paid_at": 1_700_000_000}, "paid_at"),
        ({"receipt_no": ""}, "receipt_no"),
        ({"receipt_no": "a b"}, "receipt_no"),
        ({"receipt_no": "x" * 65}, "receipt_no"),
        ({"receipt_no": "x\ny"}, "receipt_no"),
        ({"receipt_no": "x\x00"}, "receipt_no"),
        ({"receipt_no": ["x"]}, "receipt_no"),
        ({"member": "mem_short"}, "member"),
        ({"member": "' or 1=1 --"}, "member"),
        ({"member": 7}, "member"),
        ({"store": None}, "store"),
    ],
)
def test_a_wrong_field_is_named_and_nothing_is_written(at_till, receipt, change, field):
    answer = post(at_till, "receipts", receipt | change)

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert answer.json()["code"] == "invalid_request"
    assert fields_of(answer) == [field]
    assert not Receipt.objects.exists()
    assert not Idem.objects.filter(scope__contains=":earn").exists()


@pytest.mark.parametrize("missing", ["store", "member", "receipt_no", "paid_fen", "paid_at"])
def test_every_field_is_needed(at_till, receipt, missing):
    del receipt[missing]

    assert fields_of(post(at_till, "receipts", receipt)) == [missing]


@pytest.mark.parametrize("body", ["[]", '"x"', "7", "null", "{", "", "\ufeff{}", '{"a":NaN}'])
def test_a_body_that_is_no_object_is_refused(at_till, body):
    answer = at_till.generic("POST", "/api/v1/till/receipts", body, content_type="application/json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)


@pytest.mark.parametrize(
    "body",
    [
        b"\xff\xfe{}",
        b"[" * 100_000,
        b'{"paid_fen": ' + b"9" * 5000 + b"}",
        b'{"member": "\\ud800"}',
    ],
)
def test_hostile_bytes_are_refused(at_till, body):
    answer = at_till.generic("POST", "/api/v1/till/receipts", body, content_type="application/json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)


def test_an_amount_given_twice_is_refused_and_nothing_is_earned(at_till, receipt):
    amount = json.dumps(receipt["paid_fen"])
    body = json.dumps(receipt).replace(
        f'"paid_fen": {amount}', f'"paid_fen": {amount}, "paid_fen": 999900'
    )
    assert body.count("paid_fen") == 2

    answer = at_till.generic("POST", "/api/v1/till/receipts", body, content_type="application/json")

    assert (answer.status_code, answer.headers["Content-Type"]) == (400, PROBLEM)
    assert "重复的字段名" in answer.json()["detail"]
    assert not Receipt.objects.exists()


def test_ten_megabytes_are_refused_unread(at_till):
    answer = at_till.generic(
        "POST", "/api/v1/till/receipts", b" " * 10_000_000, content_type="application/json"
    )

    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")


def test_another_content_type_is_refused(at_till, receipt):
    answer = at_till.generic(
        "POST", "/api/v1/till/receipts", json.dumps(receipt), content_type="text/plain"
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("path", ["receipts", "spendings", "reversals"])
def test_reading_is_not_how_one_writes(at_till, path):
    answer = at_till.get(f"/api/v1/till/{path}")

    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")


@pytest.mark.parametrize("key", ["", " ", "x" * 256, "schlüssel", "a b"])
def test_a_write_without_a_proper_key_is_refused(tea, receipt, key):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {till_key_text(tea)}", HTTP_IDEMPOTENCY_KEY=key)

    answer = post(client, "receipts", receipt)

    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_missing")
    assert not Receipt.objects.exists()


def test_one_key_with_other_terms_is_refused_and_nothing_written(at_till, receipt, member):
    post(at_till, "receipts", receipt)

    answer = post(at_till, "receipts", receipt | {"paid_fen": 99_999, "receipt_no": "other"})

    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency_key_reused")
    assert Receipt.objects.count() == 1
    assert balance_of(member).available == 126


def test_keys_of_two_merchants_do_not_meet(at_till, receipt, books, member):
    post(at_till, "receipts", receipt)
    elsewhere = APIClient()
    elsewhere.credentials(
        HTTP_AUTHORIZATION=f"Bearer {till_key_text(books)}", HTTP_IDEMPOTENCY_KEY="k-1"
    )

    answer = post(elsewhere, "receipts", receipt | {"store": books.public_id, "paid_fen": 100})

    assert answer.status_code == 201
    assert balance_of(member).available == 127


@pytest.mark.parametrize(
    "credentials",
    [
        "",
        "Bearer",
        "Bearer x",
        "Basic dXNlcjpwYXNz",
        "Bearer tk_AAAAAAAAAAAA_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    ],
)
def test_who_has_no_till_key_is_sent_away(receipt, credentials):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=credentials, HTTP_IDEMPOTENCY_KEY="k-1")

    answer = post(client, "receipts", receipt)

    assert (answer.status_code, answer.json()["code"]) == (401, "till_key_invalid")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    "which", ["of another merchant", "of the own merchant, not of this key", "of nobody"]
)
def test_a_foreign_store_is_refused_without_telling_whether_it_exists(
    at_till, receipt, tea, books, which
):
    store = {
        "of another merchant": lambda: books.public_id,
        "of the own merchant, not of this key": lambda: make_store(merchant=tea.merchant).public_id,
        "of nobody": lambda: new_id("str"),
    }[which]()

    answer = post(at_till, "receipts", receipt | {"store": store})

    assert (answer.status_code, answer.json()["code"]) == (403, "store_not_yours")
    assert not Receipt.objects.exists()


def test_a_merchant_that_left_the_alliance_grants_nothing(at_till, receipt, tea):
    merchants.withdraw_merchant(merchant=tea.merchant, at=clock.now(), by=None)

    answer = post(at_till, "receipts", receipt)

    assert (answer.status_code, answer.json()["code"]) == (409, "store_not_in_alliance")


def test_an_unknown_member_is_not_found(at_till, receipt):
    answer = post(at_till, "receipts", receipt | {"member": new_id("mem")})

    assert answer.status_code == 404
    assert not Receipt.objects.exists()


def test_a_closed_member_earns_nothing(at_till, receipt):
    gone = make_member("已注销")
    type(gone).objects.filter(pk=gone.pk).update(closed_at=clock.now())

    answer = post(at_till, "receipts", receipt | {"member": gone.public_id})

    assert answer.status_code == 404


@pytest.mark.parametrize(("path", "scene"), [("receipts", "receipt"), ("spendings", "spending")])
def test_the_hot_path_asks_the_database_little(
    at_till, request, path, scene, django_assert_max_num_queries
):
    body = request.getfixturevalue(scene)
    # Key, member or visit, terms, the posting (with a test's savepoint around it), the answer.
    with django_assert_max_num_queries(8):
        assert post(at_till, path, body).status_code == 201

"""A till this process has just asked for posts by one server call: the call itself asks for till and member, and every
refusal is the one of a till that is asked for beforehand."""

import time
from datetime import timedelta

import pytest
import time_machine
from rest_framework.test import APIClient

from district.kernel import clock
from district.kernel.database import process_cache
from district.kernel.database.ids import new_id
from district.merchants import services as merchants
from district.merchants.models import TillKey
from district.merchants.queries import remembered_till
from loyalty import hooks
from loyalty.models import Receipt
from tests.factories.loyalty import buy
from tests.factories.merchants import till_key_text
from tests.loyalty.till_changes import close, end, narrow, revoke, suspend, withdraw
from tests.loyalty.till_requests import PROBLEM, post

REVOKED, SUSPENDED = (401, "till_key_invalid"), (403, "merchant_suspended")
LEFT, NOT_YOURS = (409, "store_not_in_alliance"), (403, "store_not_yours")
UNKNOWN = (404, "member_not_found")


def refused(answer):
    assert answer.headers["Content-Type"] == PROBLEM
    return answer.status_code, answer.json()["code"]


@pytest.fixture
def key_text(tea):
    return till_key_text(tea)


@pytest.fixture
def till(key_text, receipt):
    """A till that has posted a receipt in this minute."""
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_text}", HTTP_IDEMPOTENCY_KEY="k-1")
    assert post(client, "receipts", receipt | {"receipt_no": "first"}).status_code == 201
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_text}", HTTP_IDEMPOTENCY_KEY="k-2")
    return client


CHANGES = [
    (revoke, REVOKED),
    (end, REVOKED),
    (suspend, SUSPENDED),
    (narrow, NOT_YOURS),
    (withdraw, LEFT),
    (close, UNKNOWN),
]


def test_a_receipt_is_one_question_to_the_database(till, receipt, django_assert_num_queries):
    # Two of the three are the savepoint that a test's transaction puts around the call.
    with django_assert_num_queries(3):
        answer = post(till, "receipts", receipt)

    assert answer.status_code == 201
    assert answer.json()["transfer"]["available_after"] == 252
    assert {name: answer.json()[name] for name in ("store", "member")} == {
        name: receipt[name] for name in ("store", "member")
    }


def test_a_repeat_has_the_same_answer_to_the_letter(till, receipt):
    first = post(till, "receipts", receipt)

    assert post(till, "receipts", receipt).content == first.content
    assert Receipt.objects.count() == 2


@pytest.mark.parametrize(("change", "refusal"), CHANGES)
def test_what_changes_right_after_the_first_question_counts(
    key_text, receipt, tea, member, monkeypatch, change, refusal
):
    # Noting a key's use is the last that happens before the act; a stop by another connection is played there.
    monkeypatch.setattr(merchants, "note_key_use", lambda *, till: change(tea, member))
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {key_text}", HTTP_IDEMPOTENCY_KEY="k-1")

    assert refused(post(client, "receipts", receipt)) == refusal
    assert not Receipt.objects.exists()


@pytest.mark.parametrize(("change", "refusal"), CHANGES)
def test_what_changed_since_counts_at_once(till, receipt, tea, member, change, refusal):
    change(tea, member)

    assert refused(post(till, "receipts", receipt)) == refusal
    assert Receipt.objects.count() == 1


@pytest.mark.parametrize(("change", "refusal"), CHANGES)
def test_refusals_keep_their_order(till, key_text, receipt, tea, member, change, refusal):
    change(tea, member)
    too_old = receipt | {"paid_at": (clock.now() - timedelta(days=40)).isoformat()}
    assert refused(post(till, "receipts", too_old)) == refusal

    till.credentials(HTTP_AUTHORIZATION=f"Bearer {key_text}")  # and no idempotency key
    assert refused(post(till, "receipts", receipt)) == refusal


@pytest.mark.parametrize(("change", "refusal"), CHANGES[:3])
def test_whose_key_it_is_comes_before_what_is_asked(till, receipt, tea, member, change, refusal):
    change(tea, member)

    for path, body in {
        "receipts": receipt | {"paid_fen": "1"},
        "receipts?unknown=1": receipt,
        "receipts?": receipt | {"store": new_id("str")},
    }.items():
        assert refused(post(till, path, body)) == refusal


def test_another_secret_is_refused_also_where_the_key_is_remembered(till, key_text, receipt):
    wrong = key_text[:-1] + ("A" if key_text[-1] != "A" else "B")
    till.credentials(HTTP_AUTHORIZATION=f"Bearer {wrong}", HTTP_IDEMPOTENCY_KEY="k-2")

    assert remembered_till(key_text) is not None
    assert refused(post(till, "receipts", receipt)) == REVOKED


def test_a_till_is_remembered_for_a_minute_and_its_use_noted_in_each(
    key_text, till, receipt, monkeypatch
):
    noted = TillKey.objects.get().last_used_at
    later = noted + timedelta(seconds=61)
    elapsed = time.monotonic() + 61
    monkeypatch.setattr(process_cache, "monotonic", lambda: elapsed)
    with time_machine.travel(later, tick=False):
        assert remembered_till(key_text) is None
        assert post(till, "receipts", receipt).status_code == 201
        assert remembered_till(key_text) is not None

    assert TillKey.objects.get().last_used_at == later


def test_a_refused_bill_is_reported_once(till, receipt, member, tea, monkeypatch):
    buy(member, tea, fen=100, no=receipt["receipt_no"])
    reported = []
    monkeypatch.setattr(hooks, "notify_purchase_refused", reported.append)

    assert refused(post(till, "receipts", receipt)) == (409, "receipt_already_posted")
    assert len(reported) == 1

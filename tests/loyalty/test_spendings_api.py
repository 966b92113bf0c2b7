"""Spending and reversing through a till."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.merchants.models import Visit
from loyalty.models import Transfer
from loyalty.queries import balance_of
from tests.factories.loyalty import buy, make_earning_store
from tests.factories.merchants import make_store, till_of, visit_of
from tests.loyalty.till_requests import fields_of, post


def test_points_are_spent_at_the_counter(at_till, spending, member):
    answer = post(at_till, "spendings", spending)

    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["available_after"]) == ("spend", 40)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"points": 0}, "points"),
        ({"points": -5}, "points"),
        ({"points": 2**63}, "points"),
        ({"points": "60"}, "points"),
        ({"visit": "x"}, "visit"),
        ({"visit": None}, "visit"),
        ({"request_no": ""}, "request_no"),
    ],
)
def test_a_wrong_spending_is_refused(at_till, spending, member, change, field):
    answer = post(at_till, "spendings", spending | change)

    assert answer.status_code == 400
    assert fields_of(answer) == [field]
    assert balance_of(member).available == 100


def test_more_than_the_balance_is_refused_with_the_facts(at_till, spending, member):
    answer = post(at_till, "spendings", spending | {"points": 101})

    assert answer.status_code == 409
    body = answer.json()
    assert (body["code"], body["balance"], body["asked"]) == ("insufficient_points", 100, 101)
    assert not Transfer.objects.filter(kind="spend").exists()


def test_a_visit_nobody_opened_is_refused(at_till, spending):
    forged = spending["visit"][:-4] + "AAAA"

    answer = post(at_till, "spendings", spending | {"visit": forged})

    assert (answer.status_code, answer.json()["code"]) == (404, "visit_unknown")


def test_a_visit_that_is_over_is_refused(at_till, spending, member):
    Visit.objects.update(opened_at=clock.now() - timedelta(hours=1), expires_at=clock.now())

    answer = post(at_till, "spendings", spending)

    assert (answer.status_code, answer.json()["code"]) == (410, "visit_over")
    assert balance_of(member).available == 100


def test_a_visit_of_another_store_is_refused(at_till, spending, tea, member):
    second = make_store(merchant=tea.merchant)
    elsewhere = visit_of(member, till_of(second), second)

    answer = post(at_till, "spendings", spending | {"visit": elsewhere.token})

    assert (answer.status_code, answer.json()["code"]) == (403, "visit_elsewhere")


def test_a_reversal_is_posted(at_till, reversal, member):
    answer = post(at_till, "reversals", reversal)

    assert answer.status_code == 201
    assert answer.json()["reverses"] == reversal["transfer"]
    assert balance_of(member).available == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reason": ""}, "reason"),
        ({"reason": "x" * 201}, "reason"),
        ({"reason": "a\x07b"}, "reason"),
        ({"transfer": "tr_x"}, "transfer"),
    ],
)
def test_a_wrong_reversal_is_refused(at_till, reversal, member, change, field):
    answer = post(at_till, "reversals", reversal | change)

    assert answer.status_code == 400
    assert fields_of(answer) == [field]
    assert balance_of(member).available == 100


def test_what_another_merchant_posted_is_not_there_for_this_one(at_till, reversal, member):
    foreign = buy(member, make_earning_store(), fen=500).transfer

    answer = post(at_till, "reversals", reversal | {"transfer": foreign.public_id})

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")

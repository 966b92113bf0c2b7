"""A member's own payments over the API: what was ordered, what is on its way back, and paying."""

import pytest
from django.test import Client

from district.payments import services as payments
from district.payments.channels.base import RefundState
from tests.factories.members import bearer, make_member
from tests.factories.merchants import make_merchant
from tests.payments.payment_steps import (
    PRICE_FEN,
    accept,
    note,
    place,
    place_paid,
    place_prepared,
    refund,
)


@pytest.fixture
def phone(member):
    return Client(raise_request_exception=False, **bearer(member))


def test_a_member_sees_what_is_on_its_way_back(bank, member, phone):
    order = place_paid(bank, member, merchant=make_merchant(name="湖滨停车"))
    first, second, third = refund(order, 500), refund(order, 300), refund(order, 200)
    payments.send_refunds()
    note(bank.finish(first))
    note(bank.finish(third, RefundState.CLOSED))

    body = phone.get(f"/api/v1/me/payments/{order.public_id}").json()

    assert (body["state"], body["title"], body["merchant_name"]) == ("paid", "已支付", "湖滨停车")
    assert (body["amount_fen"], body["refunded_fen"], body["refunding_fen"]) == (1_500, 500, 300)
    assert [(row["id"], row["state"]) for row in body["refunds"]] == [
        (first.public_id, "succeeded"),
        (second.public_id, "processing"),
    ]


def test_surplus_on_its_way_back_stands_with_its_order(bank, member, phone):
    order = place_paid(bank, member)
    accept(bank.pay(order))

    body = phone.get(f"/api/v1/me/payments/{order.public_id}").json()

    assert (body["amount_fen"], body["refunding_fen"]) == (PRICE_FEN, PRICE_FEN)


def test_the_list_is_ones_own_the_newest_first(bank, member, phone):
    place(make_member("别人"))
    orders = [place(member) for _ in range(3)]

    page = phone.get("/api/v1/me/payments?limit=2").json()
    rest = phone.get(f"/api/v1/me/payments?limit=2&cursor={page['next']}").json()

    found = [row["id"] for row in page["results"] + rest["results"]]
    assert found == [order.public_id for order in reversed(orders)]
    assert rest["next"] is None


def test_a_list_asks_as_often_for_many_orders_as_for_few(
    bank, member, phone, django_assert_max_num_queries
):
    for _ in range(6):
        refund(place_paid(bank, member), 100)

    with django_assert_max_num_queries(6):
        assert len(phone.get("/api/v1/me/payments").json()["results"]) == 6


def test_paying_gives_the_phone_what_it_needs(bank, member, phone):
    order = place(member)

    answers = [phone.post(f"/api/v1/me/payments/{order.public_id}/pay") for _ in range(2)]

    assert {answer.status_code for answer in answers} == {200}
    assert answers[0].json() == {
        "channel": "bank",
        "parameters": {"package": f"prepay-{order.number}-1"},
    }
    assert answers[0].json() == answers[1].json()


def test_nobody_sees_or_pays_the_order_of_another(bank, phone):
    foreign = place(make_member("别人"))

    for answer in [
        phone.get(f"/api/v1/me/payments/{foreign.public_id}"),
        phone.post(f"/api/v1/me/payments/{foreign.public_id}/pay"),
        phone.get("/api/v1/me/payments/pay_0000000000000000000000"),
    ]:
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("prepare", "status", "code"),
    [
        (place_paid, 409, "order_already_paid"),
        (
            lambda bank, member: payments.close_order(order=place_prepared(member)),
            410,
            "order_over",
        ),
    ],
)
def test_what_cannot_be_paid_says_why(bank, member, phone, prepare, status, code):
    order = prepare(bank, member)

    answer = phone.post(f"/api/v1/me/payments/{order.public_id}/pay")

    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_a_channel_that_does_not_answer_is_a_503_to_try_again(bank, member, phone):
    order = place(member)
    bank.faults["place"] = ["unavailable"]

    answer = phone.post(f"/api/v1/me/payments/{order.public_id}/pay")

    assert (answer.status_code, answer.json()["code"]) == (503, "payment_unavailable")
    assert answer.headers["Retry-After"] == "5"

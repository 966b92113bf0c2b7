"""Orders: placed once, prepared, paid, closed."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import KeyReused
from district.kernel.idempotency import Key
from district.members import services as members
from district.members.errors import AccountClosed
from district.payments import services as payments
from district.payments.errors import (
    ChannelNotOffered,
    OrderAlreadyPaid,
    OrderOver,
    OrderStillOpen,
    PaymentUnavailable,
)
from district.payments.models import ChannelCall, Order, Payment, PaymentRefund
from tests.factories.members import make_member, make_operator
from tests.payments.payment_steps import (
    PRICE_FEN,
    accept,
    events,
    fresh,
    let_waiting_calls_be_due,
    place,
    place_paid,
    place_prepared,
    work,
)


def test_an_order_is_placed_once_per_key(bank, member):
    key = Key.of("parking", "k1", stay=1)

    first = place(member, key=key, subject="stay-a")

    assert place(member, key=key, subject="stay-a").pk == first.pk
    assert Order.objects.count() == 1
    assert (first.state, first.amount_fen) == ("created", PRICE_FEN)
    with pytest.raises(KeyReused):
        place(member, key=Key.of("parking", "k1", stay=2))


def test_no_channel_hears_of_an_order_before_the_phone_pays(bank, member):
    place(member)
    work()

    assert bank.calls == []


def test_one_thing_has_one_open_order(bank, member):
    order = place(member, subject="stay-a")

    with pytest.raises(OrderStillOpen):
        place(member, subject="stay-a")

    payments.close_order(order=order)
    assert place(member, subject="stay-a").pk != order.pk


def test_an_order_needs_a_channel_that_is_set_up(bank, member):
    with pytest.raises(ChannelNotOffered):
        place(member, channel="nobody")


@pytest.mark.parametrize("minutes", [0, 1, 9_000])
def test_an_order_lasts_minutes_to_days(bank, member, minutes):
    with pytest.raises(ValueError, match="two minutes"):
        place(member, expires_at=clock.now() + timedelta(minutes=minutes))


def test_a_closed_member_orders_nothing(bank, member):
    other = make_member("小林二号")
    members.absorb_member(source=member, into=other, reason="同一人", by=make_operator())

    with pytest.raises(AccountClosed):
        place(member)


def test_what_the_phone_needs_is_asked_for_once(bank, member):
    order = place(member)

    first = payments.prepare_payment(order=order)
    again = payments.prepare_payment(order=order)

    assert first == again == {"package": f"prepay-{order.number}-1"}
    assert fresh(order).state == "awaiting_payment"
    assert bank.count("place") == 1


def test_what_the_phone_needs_is_renewed_under_the_same_number(bank, member):
    order = place_prepared(member, expires_at=clock.now() + timedelta(hours=5))

    with clock.travel_to(clock.now() + timedelta(hours=1, minutes=56)):
        again = payments.prepare_payment(order=order)

    assert again == {"package": f"prepay-{order.number}-2"}
    assert {number for _name, number in bank.calls} == {order.number}


def test_a_channel_that_does_not_answer_leaves_the_order_as_it_was(bank, member):
    order = place(member)
    bank.faults["place"] = ["unavailable", "lost"]

    for _ in range(2):
        with pytest.raises(PaymentUnavailable):
            payments.prepare_payment(order=order)
    payments.prepare_payment(order=order)

    assert len(bank.orders) == 1
    outcomes = ChannelCall.objects.order_by("pk").values_list("outcome", "code", "request_id")
    assert list(outcomes) == [
        ("unavailable", "SYSTEM_ERROR", "rq-1"),
        ("unavailable", "Timeout", ""),
        ("completed", "", ""),
    ]


def test_an_order_that_is_over_cannot_be_prepared(bank, member):
    order = place_prepared(member)

    with clock.travel_to(clock.now() + timedelta(minutes=16)), pytest.raises(OrderOver):
        payments.prepare_payment(order=order)


def test_a_payment_that_nobody_reported_shows_when_the_phone_asks_again(bank, member):
    order = place(member)
    bank.pay(order)

    with pytest.raises(OrderAlreadyPaid):
        payments.prepare_payment(order=order)
    payments.query_silent_orders()

    assert fresh(order).state == "paid"


def test_a_payment_is_accepted_once_however_often_it_is_reported(bank, member):
    order = place_prepared(member)
    paid = bank.pay(order)

    rows = {accept(paid).pk, accept(paid, source="query").pk, accept(paid).pk}

    assert len(rows) == 1
    row = fresh(order)
    assert (row.state, row.accepted_payment_id) == ("paid", rows.pop())
    assert row.paid_at == paid.paid_at
    assert events("OrderPaid") == [
        {
            "order": order.pk,
            "purpose": "parking.stay",
            "subject": order.subject,
            "member": member.pk,
            "merchant": None,
            "amount_fen": PRICE_FEN,
        }
    ]


def test_a_notice_that_never_came_is_found_by_query(bank, member):
    order = place_prepared(member)
    bank.pay(order)

    payments.query_silent_orders()
    assert bank.count("query") == 0  # not within the first minute
    let_waiting_calls_be_due()
    payments.query_silent_orders()

    assert fresh(order).state == "paid"
    assert Payment.objects.get().source == "query"


def test_an_unpaid_order_is_asked_about_ever_more_rarely(bank, member):
    order = place_prepared(member)
    let_waiting_calls_be_due()
    before = clock.real_now()

    with clock.travel_to(order.created_at + timedelta(minutes=8)):
        payments.query_silent_orders()

    waits = fresh(order).next_attempt_at - before
    assert timedelta(minutes=3, seconds=59) < waits < timedelta(minutes=4, seconds=10)
    assert fresh(order).attempts == 0


def test_an_order_nobody_paid_is_closed_at_its_channel(bank, member):
    order = place_prepared(member)

    with clock.travel_to(order.expires_at):
        work()

    row = fresh(order)
    assert (row.state, row.close_reason) == ("closed", "expired")
    assert bank.closed == {order.number}
    assert events("OrderClosed") == [
        {
            "order": order.pk,
            "purpose": "parking.stay",
            "subject": order.subject,
            "member": member.pk,
            "reason": "expired",
        }
    ]


def test_an_order_the_channel_never_heard_of_is_closed_without_it(bank, member):
    order = place(member)

    assert payments.close_order(order=order).state == "closed"
    assert bank.calls == []


def test_an_order_whose_placing_never_arrived_is_closed(bank, member):
    order = place(member)
    bank.faults["place"] = ["unavailable"]
    with pytest.raises(PaymentUnavailable):
        payments.prepare_payment(order=order)

    payments.close_order(order=order)
    work()

    assert fresh(order).state == "closed"


def test_closing_waits_for_a_channel_that_does_not_answer(bank, member):
    order = place_prepared(member)
    bank.faults["close"] = ["unavailable"] * 3
    payments.close_order(order=order)

    states = []
    for _ in range(4):
        work()
        states.append(fresh(order).state)

    assert states == ["closing", "closing", "closing", "closed"]


def test_a_payment_while_the_order_is_closing_is_accepted(bank, member):
    order = place_prepared(member)
    payments.close_order(order=order)
    bank.pay(order)

    work()

    assert fresh(order).state == "paid"
    assert events("OrderClosed") == []
    assert PaymentRefund.objects.count() == 0


def test_a_paid_order_cannot_be_closed(bank, member):
    order = place_paid(bank, member)

    with pytest.raises(OrderAlreadyPaid):
        payments.close_order(order=order)


def test_an_order_that_its_channel_closed_is_closed(bank, member):
    order = place_prepared(member)
    bank.closed.add(order.number)

    work()

    assert (fresh(order).state, fresh(order).close_reason) == ("closed", "by_channel")


def test_the_members_orders_follow_a_merger(bank, member):
    order, into = place_prepared(member), make_member("小林二号")
    members.absorb_member(source=member, into=into, reason="同一人", by=make_operator())

    from district.kernel.outbox.delivery import deliver_due

    deliver_due()
    accept(bank.pay(order))

    assert fresh(order).member == into
    assert events("OrderPaid")[0]["member"] == into.pk

"""Everything that can happen to an order at the same instant, over connections of their own."""

import threading
from datetime import timedelta

import pytest

from district.kernel import attempts, clock
from district.kernel.idempotency import Key
from district.kernel.outbox.delivery import deliver_due
from district.members import services as members
from district.members.errors import AccountClosed
from district.payments import services as payments
from district.payments.channels.base import ChannelPayment
from district.payments.errors import (
    OrderOver,
    OrderStillOpen,
    RefundNotSetAside,
    RefundTaken,
)
from district.payments.models import Order, Payment, PaymentRefund
from tests.factories.members import make_member
from tests.payments.payment_steps import (
    PRICE_FEN,
    accept,
    events,
    fresh,
    let_waiting_calls_be_due,
    place,
    place_paid,
    place_prepared,
    refund,
    work,
)
from tests.payments.race_steps import ROUNDS, names
from tests.race import race


@pytest.fixture
def database(real_db):
    """Commits are real."""
    return real_db


def test_a_payment_reported_four_times_at_once_is_written_once(bank, member):
    for _ in range(ROUNDS):
        order = place_prepared(member)
        paid = bank.pay(order)

        rows = race(*[lambda paid=paid: accept(paid)] * 4)

        assert len({row.pk for row in rows}) == 1
        assert fresh(order).state == "paid"
    assert len(events("OrderPaid")) == ROUNDS
    assert PaymentRefund.objects.count() == 0


def test_a_notice_and_a_query_at_once_are_one_payment(bank, member):
    for _ in range(ROUNDS):
        order = place_prepared(member)
        paid = bank.pay(order)
        let_waiting_calls_be_due()

        race(lambda paid=paid: accept(paid), payments.query_silent_orders)

        assert fresh(order).state == "paid"
    assert Payment.objects.count() == len(events("OrderPaid")) == ROUNDS


def test_of_two_payments_at_once_one_is_accepted_and_one_goes_back(bank, member):
    for _ in range(ROUNDS):
        order = place_prepared(member)
        twins = [bank.pay(order), bank.pay(order)]

        race(*[lambda paid=paid: accept(paid) for paid in twins])

        roles = Payment.objects.filter(order=order).values_list("role", flat=True)
        assert sorted(roles) == ["accepted", "surplus"]
    assert PaymentRefund.objects.count() == ROUNDS


def test_money_for_an_unknown_number_reported_at_once_is_written_once(bank, member):
    stranger = ChannelPayment(
        order_number="P20260101ABCDEFGHJKLMNPQR",
        transaction_id="T1",
        amount_fen=900,
        payer_total_fen=None,
        paid_at=clock.now(),
    )

    rows = race(*[lambda: accept(stranger)] * 6)

    assert {row.pk for row in rows} == {Payment.objects.get().pk}


def test_a_payment_while_the_order_closes_is_accepted_or_goes_back_but_is_never_lost(bank, member):
    for _ in range(ROUNDS):
        order = place_prepared(member)
        payments.close_order(order=order)
        let_waiting_calls_be_due()
        paid = bank.pay(order)
        # The bank closed it all the same: such things have been seen.
        bank.payments.remove(paid)

        race(lambda paid=paid: accept(paid), payments.close_wanted_orders)

        payment, row = Payment.objects.get(transaction_id=paid.transaction_id), fresh(order)
        if row.state == "paid":
            assert payment.role == "accepted"
        else:
            assert (row.state, payment.cause) == ("closed", "closed_order")
            assert payment.refunds.count() == 1


def test_an_order_is_closed_or_prepared(bank, member):
    for _ in range(ROUNDS):
        order = place(member)

        outcomes = race(
            lambda order=order: payments.prepare_payment(order=order),
            lambda order=order: payments.close_order(order=order),
        )
        if isinstance(outcomes[0], OrderOver):
            assert fresh(order).state in {"closed", "closing"}
        work()

        # Whatever came first, in the end nobody can pay it.
        assert fresh(order).state == "closed"
        assert order.number in bank.closed or order.number not in bank.orders


def test_one_of_many_orders_for_one_thing_is_placed(bank, member):
    outcomes = race(*[lambda: place(member, subject="stay-a")] * 4)

    assert names(outcomes) == ["Order", "OrderStillOpen", "OrderStillOpen", "OrderStillOpen"]
    assert sum(isinstance(outcome, OrderStillOpen) for outcome in outcomes) == 3


def test_an_order_asked_for_twice_at_once_is_one(bank, member):
    key = Key.of("parking", "k1")

    orders = race(*[lambda: place(member, key=key, subject="stay-a")] * 4)

    assert len({order.pk for order in orders}) == 1


def test_no_order_is_left_with_a_member_who_was_merged(bank, member, zhang):
    for number in range(ROUNDS):
        source, into = make_member(f"旧{number}"), make_member(f"新{number}")

        outcomes = race(
            lambda source=source: place(source),
            lambda source=source, into=into: members.absorb_member(
                source=source, into=into, reason="同一人", by=zhang
            ),
        )
        deliver_due()

        assert Order.objects.filter(member=source).count() == 0
        placed = not isinstance(outcomes[0], AccountClosed)
        assert Order.objects.filter(member=into).count() == placed


def test_two_workers_make_a_call_once(bank, member):
    for _ in range(ROUNDS):
        refund(place_paid(bank, member), PRICE_FEN)
    let_waiting_calls_be_due()

    race(*[payments.send_refunds] * 3)

    assert bank.count("refund") == ROUNDS
    assert PaymentRefund.objects.filter(state="processing").count() == ROUNDS


def test_a_worker_that_hangs_and_its_successor_come_to_one_refund(bank, member):
    order = place_paid(bank, member)
    wanted = refund(order, 600)
    inside, go_on = threading.Event(), threading.Event()

    def hang():
        bank.before["refund"] = None
        inside.set()
        go_on.wait(10)

    bank.before["refund"] = hang

    def successor():
        inside.wait(10)
        let_waiting_calls_be_due()  # the lease of the first is over
        payments.send_refunds()
        go_on.set()

    race(payments.send_refunds, successor)

    assert bank.count("refund") == 2
    assert list(bank.refunds) == [wanted.number]
    assert fresh(wanted).state == "processing"


def test_a_refund_is_not_given_up_while_a_worker_sends_it_again(bank, member, zhang):
    order = place_paid(bank, member)
    wanted = refund(order, 600)
    bank.faults["refund"] = ["NOT_ENOUGH"] * 3
    for _ in range(3):
        let_waiting_calls_be_due()
        payments.send_refunds()

    def put_back_and_send():
        attempts.replay(PaymentRefund.objects.all())
        payments.send_refunds()

    let_waiting_calls_be_due()
    seen = fresh(wanted)
    outcomes = race(
        lambda: payments.abandon_refund(refund=seen, note="现金", by=zhang), put_back_and_send
    )

    row, payment = fresh(wanted), fresh(order.accepted_payment)
    if row.state == "closed":
        assert payment.refund_reserved_fen == 0
        # Given up and sent all the same: impossible.
        assert wanted.number not in bank.refunds
    else:
        assert isinstance(outcomes[0], RefundNotSetAside | RefundTaken)
        assert payment.refund_reserved_fen == 600


def test_due_orders_are_closed_once_by_two_workers(bank, member):
    orders = [place(member) for _ in range(6)]
    late = max(order.expires_at for order in orders) + timedelta(seconds=1)

    def close():
        with clock.travel_to(late):
            return payments.close_due_orders()

    assert sum(race(close, close)) == 6
    assert len(events("OrderClosed")) == 6

"""A worker dies at every point of a call: nothing is lost, nothing doubled, the same numbers are used again."""

import pytest

from district.payments import services as payments
from district.payments.channels.base import RefundState
from district.payments.models import Order, Payment, PaymentRefund
from tests.payments.bank_channel import WorkerKilled
from tests.payments.payment_steps import (
    PRICE_FEN,
    events,
    fresh,
    let_waiting_calls_be_due,
    place,
    place_paid,
    place_prepared,
    refund,
    work,
)


@pytest.fixture
def database(real_db):
    """What a dead worker had committed stays, the rest is gone."""
    return real_db


@pytest.mark.parametrize("where", ["killed_before", "killed_after"])
def test_the_web_server_dies_while_it_places_an_order(bank, member, where):
    order = place(member)
    bank.faults["place"] = [where]
    with pytest.raises(WorkerKilled):
        payments.prepare_payment(order=order)
    assert fresh(order).state == "awaiting_payment"

    parameters = payments.prepare_payment(order=order)

    assert parameters["package"].startswith(f"prepay-{order.number}")
    assert list(bank.orders) == [order.number]


def test_an_order_that_was_placed_by_a_dead_server_is_closed_at_its_channel(bank, member):
    order = place(member)
    bank.faults["place"] = ["killed_after"]
    with pytest.raises(WorkerKilled):
        payments.prepare_payment(order=order)

    payments.close_order(order=order)
    work()

    assert bank.closed == {order.number}
    assert fresh(order).state == "closed"


@pytest.mark.parametrize("where", ["killed_before", "killed_after"])
def test_a_worker_dies_while_it_closes_an_order(bank, member, where):
    order = place_prepared(member)
    payments.close_order(order=order)
    bank.faults["close"] = [where]
    let_waiting_calls_be_due()
    with pytest.raises(WorkerKilled):
        payments.close_wanted_orders()
    assert fresh(order).state == "closing"

    work()

    assert fresh(order).state == "closed"
    assert len(events("OrderClosed")) == 1


@pytest.mark.parametrize("where", ["killed_before", "killed_after"])
def test_a_worker_dies_while_it_asks_for_a_payment(bank, member, where):
    order = place_prepared(member)
    bank.pay(order)
    bank.faults["query"] = [where]
    let_waiting_calls_be_due()
    with pytest.raises(WorkerKilled):
        payments.query_silent_orders()

    work()

    assert (fresh(order).state, Payment.objects.count()) == ("paid", 1)


@pytest.mark.parametrize("where", ["killed_before", "killed_after"])
def test_a_worker_dies_while_it_sends_a_refund(bank, member, where):
    order = place_paid(bank, member)
    wanted = refund(order, 600)
    bank.faults["refund"] = [where]
    with pytest.raises(WorkerKilled):
        payments.send_refunds()
    assert fresh(wanted).state == "requested"
    assert payments.send_refunds() == 0  # its lease lasts

    bank.refund_state = RefundState.SUCCEEDED
    work()

    assert list(bank.refunds) == [wanted.number]
    assert fresh(order.accepted_payment).refunded_fen in {0, 600}
    bank.finish(wanted)
    work()
    assert fresh(order.accepted_payment).refunded_fen == 600


def test_work_that_kills_every_worker_is_set_aside_and_stops_nobody(bank, member):
    deadly, harmless = (refund(place_paid(bank, member), 600) for _ in range(2))
    PaymentRefund.objects.filter(pk=harmless.pk).update(attempts=0)
    for _ in range(16):
        PaymentRefund.objects.filter(pk=deadly.pk).update(next_attempt_at=deadly.requested_at)
        bank.faults["refund"] = ["killed_before"]
        try:
            payments.send_refunds()
        except WorkerKilled:
            continue
    bank.faults["refund"] = []
    let_waiting_calls_be_due()
    payments.send_refunds()

    assert fresh(deadly).set_aside_at is not None
    assert fresh(deadly).last_error == "WorkerDied"
    assert fresh(harmless).state == "processing"


def test_a_whole_day_of_faults_comes_to_rest_with_nothing_lost_and_nothing_doubled(bank, member):
    orders = [place(member) for _ in range(12)]
    for number, order in enumerate(orders):
        bank.faults["place"] = [["lost"], ["unavailable"], []][number % 3]
        for _ in range(2):
            try:
                payments.prepare_payment(order=order)
            except Exception:  # noqa: BLE001 - the phone tries again
                continue
    for order in orders[:8]:
        bank.pay(order)
    for order in orders[6:10]:
        try:
            payments.close_order(order=order)
        except Exception:  # noqa: BLE001 - paid meanwhile
            continue
    faults = ["lost", "unavailable", "killed_before", "killed_after", "lost"]
    for operation in ("query", "close", "refund", "query_refund"):
        bank.faults[operation] = list(faults)
    for _ in range(20):
        try:
            work()
        except WorkerKilled:
            continue
        for paid in Order.objects.filter(state="paid", accepted_payment__refund_reserved_fen=0)[:2]:
            refund(paid, PRICE_FEN)
        for taken in list(bank.refunds.values()):
            bank.finish(PaymentRefund.objects.get(number=taken.number))

    assert set(Order.objects.values_list("state", flat=True)) <= {
        "paid",
        "closed",
        "awaiting_payment",
    }
    assert Order.objects.filter(state="paid").count() == 8
    assert Payment.objects.count() == 8
    assert PaymentRefund.objects.filter(state="succeeded").count() == len(bank.refunds) == 8
    assert sum(answer.amount_fen for answer in bank.refunds.values()) == 8 * PRICE_FEN

"""A deposit that is paid."""

from district.payments import services as payments
from parking import listeners
from tests.payments.payment_steps import accept, events


def pay(bank, reservation):
    """The phone pays, the bank reports it, the worker hands the event over."""
    payments.prepare_payment(order=reservation.order)
    accept(bank.pay(reservation.order))
    listeners.on_order_paid(events("OrderPaid")[-1])
    reservation.refresh_from_db()
    return reservation

"""A payment channel of the tests: a bank that keeps its own books, loses answers and dies when it is asked to."""

from collections import defaultdict
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from threading import Lock

import pytest

from district.kernel import clock
from district.payments.channels import registry
from district.payments.channels.base import (
    ChannelBillLine,
    ChannelPayment,
    ChannelRefused,
    ChannelUnavailable,
    OrderAnswer,
    OrderIsPaid,
    OrderState,
    OrderUnknown,
    Prepared,
    RefundAnswer,
    RefundState,
    RefundUnknown,
)

PREPAID_FOR = timedelta(hours=2)


class WorkerKilled(BaseException):
    """The worker died here: no handler of errors runs that a kill -9 would not run."""


class BankChannel:
    """`faults[operation]` are used up one a call: `unavailable`, `lost` (the work is done, its answer is not),
    `killed_before`, `killed_after`, or the code of a refusal. `payments` and `refunds` are the bank's books."""

    name, label, needs_openid, has_bills = "bank", "测试银行", False, True

    def __init__(self):
        self.orders, self.closed, self.payments, self.refunds = {}, set(), [], {}
        self.faults, self.calls = defaultdict(list), []
        self.before = {}
        self.refund_state = RefundState.PROCESSING
        self.closes_by_itself = False
        self._lock = Lock()

    # What the payer and the bank do.

    def pay(self, order, *, amount_fen=None, transaction_id=None):
        """The payer pays; the payment as the bank reports it."""
        with self._lock:
            payment = ChannelPayment(
                order_number=order.number,
                transaction_id=transaction_id or f"T{len(self.payments) + 1:04}{order.number}",
                amount_fen=order.amount_fen if amount_fen is None else amount_fen,
                payer_total_fen=None,
                paid_at=clock.now(),
            )
            self.payments.append(payment)
            return payment

    def finish(self, refund, state=RefundState.SUCCEEDED):
        """The bank goes on with a refund; what it reports of it."""
        self.refunds[refund.number] = self._answer(refund.number, state)
        return self.refunds[refund.number]

    def count(self, operation):
        return sum(1 for name, _number in self.calls if name == operation)

    # What a channel does.

    def place(self, order):
        with self._call("place", order.number):
            if self._paid(order.number):
                raise OrderIsPaid("ORDERPAID")
            known = self.orders.setdefault(order.number, order)
            if known != order:
                raise ChannelRefused("ORDER_DIFFERS")
            if order.number in self.closed:
                raise ChannelRefused("ORDER_CLOSED")
        return Prepared(f"prepay-{order.number}-{self.count('place')}", clock.now() + PREPAID_FOR)

    def payment_parameters(self, reference):
        return {"package": reference}

    def query(self, order):
        with self._call("query", order.number):
            payment = self._paid(order.number)
            if payment is not None:
                return OrderAnswer(OrderState.PAID, payment)
            if order.number in self.closed:
                return OrderAnswer(OrderState.CLOSED)
            known = order.number in self.orders
        return OrderAnswer(OrderState.UNPAID if known else OrderState.UNKNOWN)

    def close(self, order):
        with self._call("close", order.number):
            if self._paid(order.number):
                raise OrderIsPaid("ORDERPAID")
            if order.number not in self.orders:
                raise OrderUnknown("ORDER_NOT_EXIST")
            self.closed.add(order.number)

    def refund(self, refund):
        with self._call("refund", refund.number):
            if refund.number not in self.refunds:
                asked = sum(
                    answer.amount_fen
                    for answer in self.refunds.values()
                    if answer.transaction_id == refund.transaction_id
                    and answer.state != RefundState.CLOSED
                )
                if asked + refund.amount_fen > refund.payment_fen:
                    raise ChannelRefused("INVALID_REQUEST")
                self.refunds[refund.number] = RefundAnswer(
                    number=refund.number,
                    refund_id=f"B{refund.number}",
                    transaction_id=refund.transaction_id,
                    amount_fen=refund.amount_fen,
                    state=self.refund_state,
                    accepted_at=clock.now(),
                )
        return self.refunds[refund.number]

    def query_refund(self, refund):
        with self._call("query_refund", refund.number):
            if refund.number not in self.refunds:
                raise RefundUnknown("RESOURCE_NOT_EXISTS")
        return self.refunds[refund.number]

    def bill(self, day):
        with self._call("bill", str(day)):
            for payment in self.payments:
                if clock.business_day(payment.paid_at) == day:
                    yield ChannelBillLine(
                        transaction_id=payment.transaction_id,
                        order_number=payment.order_number,
                        amount_fen=payment.amount_fen,
                        fee_milli_fen=payment.amount_fen * 6,
                        at=payment.paid_at,
                    )
            orders = {payment.transaction_id: payment.order_number for payment in self.payments}
            for refund in self.refunds.values():
                if clock.business_day(refund.accepted_at) == day:
                    yield ChannelBillLine(
                        transaction_id=refund.transaction_id,
                        order_number=orders[refund.transaction_id],
                        refund_number=refund.number,
                        refund_state=refund.state.value,
                        amount_fen=refund.amount_fen,
                        fee_milli_fen=0,
                        at=refund.accepted_at,
                    )

    def _paid(self, number):
        return next((paid for paid in self.payments if paid.order_number == number), None)

    def _answer(self, number, state):
        known = self.refunds[number]
        return RefundAnswer(
            number=number,
            refund_id=known.refund_id,
            transaction_id=known.transaction_id,
            amount_fen=known.amount_fen,
            state=state,
            accepted_at=known.accepted_at,
            succeeded_at=clock.now() if state == RefundState.SUCCEEDED else None,
        )

    @contextmanager
    def _call(self, operation, number):
        if hook := self.before.get(operation):
            hook()
        with self._lock:
            self.calls.append((operation, number))
            fault = self.faults[operation].pop(0) if self.faults[operation] else None
            if fault == "unavailable":
                raise ChannelUnavailable("SYSTEM_ERROR", request_id="rq-1")
            if fault == "killed_before":
                raise WorkerKilled
            if fault not in {None, "lost", "killed_after"}:
                raise ChannelRefused(fault, request_id="rq-2")
            yield
            if fault == "lost":
                raise ChannelUnavailable("Timeout")
            if fault == "killed_after":
                raise WorkerKilled


def offer(channel):
    """Set a bank up as a channel, for the rest of the process."""
    registry.FACTORIES["bank"] = lambda: channel


@pytest.fixture
def bank(monkeypatch):
    """A bank with empty books, set up as a channel."""
    channel = BankChannel()
    monkeypatch.setitem(registry.FACTORIES, "bank", lambda: channel)
    return channel


NOON = datetime(2026, 11, 21, 4, tzinfo=UTC)

"""Random days of an order's life, with every kind of fault; in the end the bank's books and ours say the same."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import DomainError
from district.payments import services as payments
from district.payments.channels.base import ContradictingAnswer, RefundState
from district.payments.models import BillDifference, Order, Payment, PaymentRefund
from tests.payments.bank_channel import NOON, WorkerKilled
from tests.payments.payment_steps import (
    accept,
    events,
    fresh,
    let_waiting_calls_be_due,
    note,
    place,
    refund,
    work,
)

FAULTS = ["lost", "unavailable", "killed_before", "killed_after"]
STEPS = 60


class Day:
    """A day of one member: each step is something that a person, the bank, a worker or bad luck does."""

    def __init__(self, seed, bank, member):
        self.random, self.bank, self.member = random.Random(seed), bank, member
        self.at, self.reported = NOON, []

    def run(self):
        steps = [self.order, self.prepare, self.pay, self.report, self.report_again, self.close]
        steps += [self.refund, self.finish, self.fault, self.worker, self.worker, self.prepare]
        for _ in range(STEPS):
            self.at += timedelta(seconds=self.random.randrange(120))
            with clock.travel_to(self.at):
                self._try(self.random.choice(steps))

    def _try(self, step):
        try:
            step()
        except (DomainError, WorkerKilled, ContradictingAnswer):
            return

    def _any(self, rows):
        rows = list(rows)
        return self.random.choice(rows) if rows else None

    def order(self):
        place(self.member)

    def prepare(self):
        if order := self._any(Order.objects.all()):
            payments.prepare_payment(order=order)

    def pay(self):
        if number := self._any(self.bank.orders):
            order = Order.objects.get(number=number)
            is_first = not any(paid.order_number == number for paid in self.bank.payments)
            wrong = self.random.random() < 0.15
            paid = self.bank.pay(order, amount_fen=7 if wrong else None)
            if not is_first:
                # A query tells of the first one only; of further ones their notice must come.
                accept(paid)

    def report(self):
        if paid := self._any(self.bank.payments):
            accept(paid)

    def report_again(self):
        if self.bank.refunds:
            note(self._any(self.bank.refunds.values()))
        self.report()

    def close(self):
        if order := self._any(Order.objects.all()):
            payments.close_order(order=order)

    def refund(self):
        if order := self._any(Order.objects.filter(state="paid")):
            refund(order, self.random.randrange(1, order.amount_fen + 1))

    def finish(self):
        under_way = [
            answer
            for answer in self.bank.refunds.values()
            if answer.state in {RefundState.PROCESSING, RefundState.ABNORMAL}
        ]
        if answer := self._any(under_way):
            row = PaymentRefund.objects.get(number=answer.number)
            states = [RefundState.SUCCEEDED, RefundState.ABNORMAL]
            if row.origin == PaymentRefund.Origin.APP:
                states.append(RefundState.CLOSED)
            self.bank.finish(row, self.random.choice(states))

    def fault(self):
        operation = self.random.choice(["place", "query", "close", "refund", "query_refund"])
        self.bank.faults[operation].append(self.random.choice(FAULTS))

    def worker(self):
        work()

    def come_to_rest(self):
        """Faults end, every order's time is over, the bank finishes its refunds and sends its bill."""
        self.bank.faults.clear()
        for hours in (1, 24, 31, 38):
            with clock.travel_to(NOON + timedelta(hours=hours)):
                for _ in range(3):
                    work()
                    for answer in list(self.bank.refunds.values()):
                        if answer.state in {RefundState.PROCESSING, RefundState.ABNORMAL}:
                            self.bank.finish(PaymentRefund.objects.get(number=answer.number))
                payments.want_bills()
                let_waiting_calls_be_due()
                payments.fetch_bills()
                payments.reconcile_bills()
                payments.settle_differences()


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_the_banks_books_and_ours_agree_in_the_end(bank, member, seed):
    day = Day(seed, bank, member)

    day.run()
    day.come_to_rest()

    assert set(Order.objects.values_list("state", flat=True)) <= {"paid", "closed"}
    rows = {row.transaction_id: row for row in Payment.objects.all()}
    assert rows.keys() == {paid.transaction_id for paid in bank.payments}
    came_back = Counter()
    for answer in bank.refunds.values():
        if answer.state == RefundState.SUCCEEDED:
            came_back[answer.transaction_id] += answer.amount_fen
    for paid in bank.payments:
        row = rows[paid.transaction_id]
        assert (row.amount_fen, row.refunded_fen) == (
            paid.amount_fen,
            came_back[paid.transaction_id],
        )
        assert row.refunded_fen <= row.amount_fen
        if row.role == "surplus":
            assert row.refunded_fen == row.amount_fen
    accepted = [row.order_id for row in rows.values() if row.role == "accepted"]
    assert sorted(accepted) == sorted(
        Order.objects.filter(state="paid").values_list("pk", flat=True)
    )
    assert Counter(event["order"] for event in events("OrderPaid")) == Counter(accepted)
    closed = Order.objects.filter(state="closed").values_list("pk", flat=True)
    assert Counter(event["order"] for event in events("OrderClosed")) == Counter(closed)
    assert not BillDifference.objects.filter(state="open").exists()
    assert not PaymentRefund.objects.exclude(state__in=["succeeded", "closed"]).exists()
    assert {fresh(row).set_aside_at for row in PaymentRefund.objects.all()} <= {None}

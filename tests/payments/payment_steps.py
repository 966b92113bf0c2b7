"""Steps of the tests of payments: order, pay, refund, and time that passes."""

from datetime import timedelta
from itertools import count

from district.kernel import clock
from district.kernel.database.ids import new_id
from district.kernel.idempotency import Key
from district.kernel.models import OutboxRow
from district.payments import services as payments
from district.payments.models import BillDifference, ChannelBill, Order, PaymentRefund

PRICE_FEN = 1_500
_stays = count(1)


def fresh_key():
    return Key.of("test", new_id("idem"))


def place(member, **changed):
    """An order of fifteen minutes for a new stay in the car park."""
    terms = {
        "channel": "bank",
        "purpose": "parking.stay",
        "subject": f"stay-{next(_stays)}",
        "member": member,
        "description": "停车费",
        "amount_fen": PRICE_FEN,
        "expires_at": clock.now() + timedelta(minutes=15),
        "key": fresh_key(),
    }
    return payments.place_order(**terms | changed)


def place_prepared(member, **changed):
    """The same, and the phone is about to pay it."""
    order = place(member, **changed)
    payments.prepare_payment(order=order)
    return fresh(order)


def accept(payment, source="notice"):
    """The bank reports a payment."""
    return payments.accept_payment(channel="bank", payment=payment, source=source)


def place_paid(bank, member, **changed):
    """An order that is paid, and the bank has reported it."""
    order = place_prepared(member, **changed)
    accept(bank.pay(order))
    return fresh(order)


def refund(order, amount_fen, **changed):
    """The app gives a part of a paid order back."""
    terms = {"reason": "多收停车费", "actor": "app:parking", "key": fresh_key()}
    return payments.refund_payment(order=order, amount_fen=amount_fen, **terms | changed)


def note(answer):
    """The bank reports a refund."""
    return payments.note_refund(channel="bank", answer=answer)


def fresh(row):
    """The row as it stands now."""
    return type(row).objects.get(pk=row.pk)


def let_waiting_calls_be_due():
    """As if the time of every back-off were over."""
    past = clock.real_now() - timedelta(seconds=1)
    for model in (Order, PaymentRefund, ChannelBill, BillDifference):
        model.objects.update(next_attempt_at=past)


def work():
    """One run of all that a worker does, with nothing waiting."""
    let_waiting_calls_be_due()
    payments.close_due_orders()
    payments.query_silent_orders()
    payments.close_wanted_orders()
    payments.send_refunds()
    payments.query_refunds()


def events(name):
    """The payloads of the events of that name, in their order."""
    rows = OutboxRow.objects.filter(name=name).order_by("pk")
    return [row.payload for row in rows]


def propose(payment, amount_fen, by, **changed):
    terms = {"reason": "设备故障", "key": fresh_key()}
    return payments.propose_refund(payment=payment, amount_fen=amount_fen, by=by, **terms | changed)


def sums(payment):
    row = fresh(payment)
    return (row.refund_reserved_fen, row.refunded_fen)

"""Money that comes late, twice or beside other money: a fee is paid once, and what is more goes back once."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.models import PaymentRefund
from parking import listeners
from parking import services as parking
from parking.models import FeeRefund
from parking.queries.fees import due_of
from parking.services import quotes, sweeps
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_store
from tests.factories.parking import make_car_park, make_feed
from tests.factories.stays import gate_row, pass_gate
from tests.parking.fees.fee_steps import (
    NOON,
    due_fen,
    fresh_key,
    leave,
    make_charging_car_park,
    minutes_coupon,
    parked,
    pay,
    quote,
)
from tests.payments.bank_channel import bank
from tests.payments.payment_steps import accept, events

pytestmark = pytest.mark.django_db
__all__ = ["bank"]


@pytest.fixture
def car_park(db, bank):
    with clock.travel_to(NOON):
        yield make_charging_car_park()


@pytest.fixture
def member(car_park):
    return make_member()


def after(minutes):
    return clock.travel_to(NOON + timedelta(minutes=minutes))


def ordered(row):
    row = parking.pay_fee(quote=row, channel="bank")
    payments.prepare_payment(order=row.order)
    return row


def returned():
    return list(PaymentRefund.objects.order_by("pk").values_list("amount_fen", flat=True))


def kept_fen(stay):
    due = due_of(stay, clock.now())
    return due.paid_fen


def test_two_orders_of_a_fee_are_paid_and_one_of_them_goes_back(car_park, member, bank):
    """The event of the first one comes while the second one may still be paid, and is."""
    stay = parked(car_park)
    first = ordered(quote(stay, member))
    money = bank.pay(first.order)
    with after(6):
        coupon = minutes_coupon(member, 10)
        second = ordered(quote(stay, member, coupons=[coupon.public_id]))
        accept(money)
        listeners.on_order_paid(events("OrderPaid")[-1])
        assert due_fen(stay) == 0
        accept(bank.pay(second.order))
        for event in events("OrderPaid") * 2:
            listeners.on_order_paid(event)

        assert (kept_fen(stay), returned()) == (1_000, [second.order.amount_fen])
        coupon.refresh_from_db()
        assert coupon.state == "live"


def test_an_open_quote_is_withdrawn_when_money_settles_what_it_was_for(car_park, member, bank):
    stay = parked(car_park)
    first = ordered(quote(stay, member))
    money = bank.pay(first.order)
    second = ordered(quote(stay, member))
    accept(money)
    listeners.on_order_paid(events("OrderPaid")[-1])

    second.refresh_from_db()
    second.order.refresh_from_db()
    assert (second.state, second.order.state) == ("withdrawn", "closing")


def test_money_at_the_counter_and_an_order_whose_event_comes_after_it(car_park, member, bank):
    stay = parked(car_park)
    made = ordered(quote(stay, member))
    accept(bank.pay(made.order))
    parking.record_money(
        stay=stay, amount_fen=1_000, channel="cash", reference="c1", at=NOON, key=fresh_key()
    )
    for _time in range(2):
        listeners.on_order_paid(events("OrderPaid")[-1])

    assert (kept_fen(stay), returned()) == (1_000, [1_000])


def test_a_stay_that_was_shorter_than_its_quote_pays_what_it_cost(car_park, member, bank):
    stay = parked(car_park, minutes=130)
    made = ordered(quote(stay, member))
    pass_gate(car_park, gate_row(car_park, "exit", NOON - timedelta(minutes=60)))
    stay.refresh_from_db()

    accept(bank.pay(made.order))
    listeners.on_order_paid(events("OrderPaid")[-1])

    # 70 minutes: 10 of 18 yuan.
    assert (kept_fen(stay), returned()) == (1_000, [800])


def test_a_quote_that_was_ordered_meanwhile_is_not_expired(car_park, member):
    stay = parked(car_park)
    made = quote(stay, member)
    with after(4):
        parking.pay_fee(quote=made, channel="bank")
    # A sweep that found it before: by now it is good for longer.
    with after(5):
        assert not quotes.expire_quote(quote=made, at=clock.now())
    made.refresh_from_db()
    assert made.state == "quoted"
    with after(17):
        assert parking.expire_quotes() == 1


def refunded(bank, row, fen):
    """A person sends a part back on the payment's page, and the bank says that it did."""
    payments.propose_refund(
        payment=row.order.accepted_payment,
        amount_fen=fen,
        reason="投诉",
        by=make_operator(f"person-{row.pk}"),
        key=fresh_key(),
    )
    payments.send_refunds()
    for sent in PaymentRefund.objects.exclude(state="succeeded"):
        payments.note_refund(channel="bank", answer=bank.finish(sent))
    for event in events("PaymentRefunded") * 2:
        listeners.on_payment_refunded(event)


def test_what_a_person_sent_back_by_the_payment_is_a_refund_of_the_fee(car_park, member, bank):
    stay = parked(car_park)
    made = pay(bank, quote(stay, member))

    refunded(bank, made, 400)

    (refund,) = FeeRefund.objects.all()
    assert (refund.amount_fen, refund.waived_fen, refund.reason) == (400, 400, "投诉")
    assert (kept_fen(stay), due_fen(stay)) == (600, 0)
    # No more goes back than there is, and what the fee sends back itself is counted once.
    parking.refund_fee(stay=stay, amount_fen=1_000, reason="计费有误", by=None, key=fresh_key())
    payments.send_refunds()
    payments.note_refund(channel="bank", answer=bank.finish(PaymentRefund.objects.latest("pk")))
    for event in events("PaymentRefunded"):
        listeners.on_payment_refunded(event)
    assert (returned(), FeeRefund.objects.count(), kept_fen(stay)) == ([400, 600], 2, 0)


def test_money_that_a_person_sent_back_before_its_event_came_pays_nothing(car_park, member, bank):
    stay = parked(car_park)
    made = ordered(quote(stay, member))
    accept(bank.pay(made.order))
    made.order.refresh_from_db()
    refunded(bank, made, 400)
    for _time in range(2):
        listeners.on_order_paid(events("OrderPaid")[-1])
    assert (kept_fen(stay), returned()) == (600, [400])

    late = ordered(quote(parked(car_park, plate="浙B12345"), member))
    accept(bank.pay(late.order))
    late.order.refresh_from_db()
    parking.record_money(
        stay=late.stay, amount_fen=900, channel="cash", reference="c1", at=NOON, key=fresh_key()
    )
    refunded(bank, late, 950)
    listeners.on_order_paid(events("OrderPaid")[-1])
    assert (kept_fen(late.stay), returned()) == (950, [400, 950])


def test_what_cannot_be_settled_yet_keeps_nothing_else_waiting(car_park, member, bank, monkeypatch):
    """Cars that left without a tariff or with an open quote, and quotes whose paid order's event is on the way."""
    monkeypatch.setattr(sweeps, "_AT_ONCE", 1)
    store = make_store()
    free = make_car_park(feed=make_feed(car_park.merchant))
    parking.set_validation_rule(
        merchant=store.merchant, from_fen=1, minutes=30, car_parks=[car_park, free], by=None
    )
    plates = ("浙B12345", "浙B12346", "浙B12347")
    for place, plate in zip((free, car_park, car_park), plates, strict=True):
        parking.grant_validation(
            store=store, receipt_no=plate, paid_fen=1, plate=plate, actor="till:1", key=fresh_key()
        )
        stay = parked(place, plate=plate)
        if plate == plates[1]:
            paid = ordered(quote(stay, member))
            accept(bank.pay(paid.order))
        leave(place, plate)
    assert parking.settle_departures(limit=1) == 1

    open_quote = quote(parked(car_park), member)
    with after(60):
        assert parking.expire_quotes(limit=1) == 1
    open_quote.refresh_from_db()
    assert open_quote.state == "expired"

    failing = [quote(parked(car_park, plate=f"浙C1234{number}"), member) for number in (1, 2)]
    end = quotes.end_quote

    def fail(row, state, at):
        if row.pk == failing[0].pk:
            raise RuntimeError("a mistake of ours")
        return end(row, state, at)

    monkeypatch.setattr(quotes, "end_quote", fail)
    with after(60):
        assert parking.expire_quotes(limit=1) == 1


def test_an_overstay_is_paid_beside_what_was_paid(car_park, member, bank):
    stay = parked(car_park)
    pay(bank, quote(stay, member))
    with after(60):
        pay(bank, quote(stay, member))
        leave(car_park)
        assert (kept_fen(stay), returned()) == (1_800, [])

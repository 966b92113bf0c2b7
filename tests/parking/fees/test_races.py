"""Payments, refunds and validations at the same instant, each over a connection of its own."""

from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import IntegrityError, connection

from district.kernel import invariants
from district.payments import services as payments
from district.payments.models import Order, PaymentRefund
from loyalty import services as loyalty
from loyalty.errors import AccountHoldsPoints
from loyalty.queries import balance_of
from parking import errors, listeners
from parking import services as parking
from parking.models import FeeRefund, FeeTender, MinuteValidation, ParkingQuote, Stay
from parking.services import pay_fees, quotes, refund_fees
from tests.factories.members import make_member, make_staff
from tests.factories.merchants import make_store
from tests.factories.stays import make_stay
from tests.parking.fees.fee_requests import make_priced_car_park, make_rule
from tests.parking.fees.fee_steps import fen_coupon, fresh_key, give_points, quote
from tests.payments.bank_channel import bank
from tests.payments.payment_steps import accept
from tests.race import race

__all__ = ["bank"]


@pytest.fixture
def stay(real_db):
    store = make_store()
    car_park = make_priced_car_park(store)
    parking.set_fee_terms(car_park=car_park, store=store, exit_grace_minutes=15, by=None)
    yield make_stay(car_park, minutes=120)
    assert list(invariants.offences()) == []


def refusals(answers):
    return {type(answer) for answer in answers if isinstance(answer, Exception)}


def test_money_reported_by_many_at_once_pays_once(stay, bank):
    member = make_member()
    give_points(member, 100)
    coupon = fen_coupon(member, 100)
    made = quote(stay, member, coupons=[coupon.public_id], points=100)

    answers = race(*[lambda: parking.pay_fee(quote=made, channel="bank")] * 4)
    assert {answer.order_id for answer in answers} == {Order.objects.get().pk}
    order = Order.objects.get()
    payments.prepare_payment(order=order)
    accept(bank.pay(order))
    answers = race(*[lambda: parking.note_fee_paid(subject=made.public_id)] * 6)

    assert refusals(answers) == set()
    assert [row.state for row in ParkingQuote.objects.all()] == ["paid"]
    assert (balance_of(member).available, PaymentRefund.objects.count()) == (0, 0)


def test_a_payment_and_the_end_of_its_quote_lose_nothing(stay, bank):
    member = make_member()
    give_points(member, 100)
    made = parking.pay_fee(quote=quote(stay, member, points=100), channel="bank")
    payments.prepare_payment(order=made.order)
    accept(bank.pay(made.order))

    answers = race(
        lambda: parking.note_fee_paid(subject=made.public_id),
        lambda: parking.withdraw_quote(quote=made),
        lambda: parking.note_fee_over(subject=made.public_id),
    )

    assert refusals(answers) == set()
    made.refresh_from_db()
    # Its order was paid, so nobody ends it any more.
    assert (made.state, balance_of(member).available) == ("paid", 0)


@pytest.mark.parametrize("points", [0, 100])
def test_a_payment_and_the_merger_of_its_member_lose_nothing(stay, bank, points):
    """Whichever is first: what the old member set aside pays, once. Points set aside make a merger wait."""
    old, new, chen = make_member("旧号"), make_member("新号"), make_staff("chen")
    give_points(old, 150)
    give_points(new, 30)
    coupon = fen_coupon(old, 100)
    made = quote(stay, old, coupons=[coupon.public_id], points=points)
    made = parking.pay_fee(quote=made, channel="bank")
    payments.prepare_payment(order=made.order)
    accept(bank.pay(made.order))

    def merge():
        loyalty.merge_members(source=old, into=new, reason="同一人", by=chen, key=fresh_key())
        listeners.on_member_absorbed({"source": old.pk, "into": new.pk})

    answers = race(merge, *[lambda: parking.note_fee_paid(subject=made.public_id)] * 2)

    refused = refusals(answers)
    assert refused <= ({AccountHoldsPoints} if points else set())
    if refused:
        merge()
    made.refresh_from_db()
    coupon.refresh_from_db()
    assert (made.state, made.member_id, PaymentRefund.objects.count()) == ("paid", new.pk, 0)
    assert (balance_of(new).available, coupon.state) == (180 - points, "used")


def test_of_two_members_who_quote_at_once_one_does(stay):
    members = [make_member(), make_member("小王")]

    answers = race(*(lambda member=member: quote(stay, member) for member in members * 2))

    assert refusals(answers) <= {errors.QuoteOfAnother}
    assert ParkingQuote.objects.filter(state="quoted").count() == 1


def test_a_receipt_gives_minutes_once(stay):
    store = make_store()
    make_rule(store, stay.car_park)

    def grant():
        return parking.grant_validation(
            store=store,
            receipt_no="R1",
            paid_fen=10_000,
            stay=stay,
            actor="till:1",
            key=fresh_key(),
        )

    answers = race(*[grant] * 6)

    assert refusals(answers) == {errors.ReceiptValidatedAlready}
    assert MinuteValidation.objects.count() == 1


def pay_by_two_orders(stay, bank, monkeypatch):
    """Both orders of a fee were paid, and their events come at once; each has read what is due before the other
    books, if it can. What was counted, and what went back."""
    member, ordered = make_member(), []
    for _time in range(2):
        made = parking.pay_fee(quote=quote(stay, member), channel="bank")
        payments.prepare_payment(order=made.order)
        ordered.append((made, bank.pay(made.order)))
    for _made, money in ordered:
        accept(money)
    gate, read = Barrier(2), pay_fees.due_of

    def read_together(stay, at):
        found = read(stay, at)
        with suppress(BrokenBarrierError):
            gate.wait(timeout=1)
        return found

    monkeypatch.setattr(pay_fees, "due_of", read_together)
    calls = [lambda made=made: parking.note_fee_paid(subject=made.public_id) for made, _ in ordered]
    assert refusals(race(*calls * 2)) == set()
    paid = FeeTender.objects.filter(quote__state="paid").values_list("amount_fen", flat=True)
    back = PaymentRefund.objects.values_list("amount_fen", flat=True)
    return list(paid), list(back)


def test_of_two_orders_of_a_fee_whose_events_come_at_once_one_pays(stay, bank, monkeypatch):
    paid, back = pay_by_two_orders(stay, bank, monkeypatch)

    assert (len(paid), paid) == (1, back)


def give_back_at_once(stay, monkeypatch):
    """Two refunds of all there is, of which each has read what is left before the other writes, if it can."""
    parking.record_money(
        stay=stay,
        amount_fen=1_000,
        channel="cash",
        reference="c1",
        at=stay.entered_at,
        key=fresh_key(),
    )
    gate, read = Barrier(2), refund_fees.paid_tenders

    def read_together(stay):
        found = read(stay)
        with suppress(BrokenBarrierError):
            gate.wait(timeout=1)
        return found

    monkeypatch.setattr(refund_fees, "paid_tenders", read_together)
    refund = {"stay": stay, "amount_fen": 1_000, "reason": "多收", "by": None}
    return race(*[lambda: parking.refund_fee(**refund, key=fresh_key())] * 2)


def test_all_there_is_goes_back_once(stay, monkeypatch):
    answers = give_back_at_once(stay, monkeypatch)

    assert refusals(answers) == {errors.FeeNotRefundable}
    assert FeeRefund.objects.count() == 1


# What the locks and constraints are for: without them the same scenes go wrong.


def unlocked(stay):
    return Stay.objects.select_related("car_park__store", "car_park__merchant").get(pk=stay.pk)


@pytest.mark.breaks_the_ledger
def test_without_the_lock_a_fee_is_paid_twice(real_db, bank, monkeypatch):
    monkeypatch.setattr(pay_fees, "lock_stay", unlocked)
    stay = make_stay(make_priced_car_park(make_store()), minutes=120)

    paid, back = pay_by_two_orders(stay, bank, monkeypatch)

    assert (len(paid), back) == (2, [])


@pytest.mark.breaks_the_ledger
def test_without_the_lock_more_goes_back_than_was_paid(real_db, monkeypatch):
    monkeypatch.setattr(refund_fees, "lock_stay", unlocked)
    stay = make_stay(make_priced_car_park(make_store()), minutes=120)

    answers = give_back_at_once(stay, monkeypatch)

    assert refusals(answers) == set()
    assert FeeRefund.objects.count() == 2


@pytest.mark.breaks_the_ledger
def test_without_the_lock_quotes_collide_and_without_the_constraint_two_are_open(
    real_db, monkeypatch
):
    monkeypatch.setattr(quotes, "lock_stay", unlocked)
    gate, read = Barrier(2), quotes.due_of

    def read_together(stay, at):
        found = read(stay, at)
        with suppress(BrokenBarrierError):
            gate.wait(timeout=1)
        return found

    monkeypatch.setattr(quotes, "due_of", read_together)
    stay = make_stay(make_priced_car_park(make_store()), minutes=120)
    members = [make_member(), make_member("小王")]
    calls = [lambda member=member: quote(stay, member) for member in members]
    assert refusals(race(*calls)) == {IntegrityError}

    ParkingQuote.objects.filter(state="quoted").update(state="expired", ended_at=stay.entered_at)
    gate.reset()
    with connection.cursor() as cursor:
        cursor.execute("drop index quote_one_open_per_stay")
    race(*calls)
    assert ParkingQuote.objects.filter(state="quoted").count() == 2
    ParkingQuote.objects.filter(state="quoted").update(state="expired", ended_at=stay.entered_at)
    with connection.cursor() as cursor:
        cursor.execute(
            "create unique index quote_one_open_per_stay on parking_parkingquote (stay_id)"
            " where state = 'quoted'"
        )


@pytest.mark.breaks_the_ledger
def test_without_its_constraint_money_is_counted_twice(real_db, monkeypatch):
    stay = make_stay(make_priced_car_park(make_store()), minutes=120)
    monkeypatch.setattr(pay_fees, "lock_stay", unlocked)
    gate = Barrier(2)
    read = pay_fees.due_of

    def read_together(stay, at):
        found = read(stay, at)
        with suppress(BrokenBarrierError):
            gate.wait(timeout=1)
        return found

    monkeypatch.setattr(pay_fees, "due_of", read_together)
    money = {"stay": stay, "amount_fen": 500, "channel": "cash", "reference": "c1"}
    answers = race(
        *[lambda: parking.record_money(**money, at=stay.entered_at, key=fresh_key())] * 2
    )

    assert refusals(answers) == {IntegrityError}
    assert FeeTender.objects.count() == 1

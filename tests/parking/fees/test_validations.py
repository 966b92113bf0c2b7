"""Minutes that merchants give for receipts: to a plate, a stay or a member, at their cost, and taken back."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.payments import services as payments
from loyalty.settlement.models import Booking
from parking import errors, listeners
from parking import services as parking
from parking.models import MinuteValidation
from tests.factories.loyalty import buy, make_earning_store, make_refund
from tests.factories.members import make_member
from tests.factories.merchants import make_store
from tests.parking.fees.fee_steps import (
    NOON,
    PLATE,
    due_fen,
    fresh_key,
    leave,
    make_charging_car_park,
    owned,
    parked,
    quote,
    tenders,
)
from tests.payments.bank_channel import bank
from tests.payments.payment_steps import accept, events

pytestmark = pytest.mark.django_db
__all__ = ["bank"]


@pytest.fixture
def car_park(db):
    with clock.travel_to(NOON):
        yield make_charging_car_park()


@pytest.fixture
def shop(car_park):
    """A shop that gives an hour from 100 yuan on and two from 200 on."""
    store = make_store()
    for from_fen, minutes in ((10_000, 60), (20_000, 120)):
        parking.set_validation_rule(
            merchant=store.merchant,
            from_fen=from_fen,
            minutes=minutes,
            car_parks=[car_park],
            by=None,
        )
    return store


def after(minutes):
    return clock.travel_to(NOON + timedelta(minutes=minutes))


def grant(shop, no="R1", fen=10_000, **whom):
    return parking.grant_validation(
        store=shop,
        receipt_no=no,
        paid_fen=fen,
        actor="till:1",
        key=whom.pop("key", None) or fresh_key(),
        **whom or {"plate": PLATE},
    )


def booked():
    return list(Booking.objects.order_by("pk").values_list("payer", "payee", "fen"))


def test_minutes_for_a_plate_are_taken_first_and_booked_to_who_gave_them(car_park, shop):
    stay, member = parked(car_park, minutes=130), make_member()
    given = grant(shop)
    assert (given.minutes, due_fen(stay)) == (60, 1_000)

    made = quote(stay, member)
    assert tenders(made) == [("validation", 800), ("money", 1_000)]
    assert booked() == []

    parking.record_money(
        stay=stay, amount_fen=1_000, channel="cash", reference="c1", at=NOON, key=fresh_key()
    )
    given.refresh_from_db()
    assert (given.state, given.saved_fen, given.stay) == ("used", 800, stay)
    assert booked() == [(shop.merchant_id, car_park.merchant_id, 800)]
    assert due_fen(stay) == 0


def test_the_best_rule_that_a_receipt_reaches_counts(shop):
    assert grant(shop, "R1", 19_999).minutes == 60
    assert grant(shop, "R2", 20_000).minutes == 120
    with pytest.raises(errors.BelowValidation):
        grant(shop, "R3", 9_999)
    with pytest.raises(errors.BelowValidation):
        grant(make_store(), "R4", 50_000)


def test_a_rule_of_several_car_parks_gives_its_minutes_once(car_park, shop):
    others = [make_charging_car_park() for _number in range(2)]
    store = make_store()
    parking.set_validation_rule(
        merchant=store.merchant, from_fen=1, minutes=30, car_parks=[car_park, *others], by=None
    )
    stay, member = parked(car_park, minutes=130), make_member()
    given = grant(store, stay=stay)
    # 100 minutes: 6 and 8.
    assert due_fen(stay) == 1_400
    assert tenders(quote(stay, member)) == [("validation", 400), ("money", 1_400)]

    leave(car_park)
    parking.withdraw_quote(quote=stay.quotes.get())
    assert parking.settle_departures() == 1
    given.refresh_from_db()
    assert (given.state, given.saved_fen) == ("used", 400)


def test_the_best_rule_of_the_car_park_that_the_car_is_in_counts(car_park, shop):
    """The answer is the best rule of all, since it says nothing of where the car is."""
    elsewhere = make_charging_car_park()
    best = parking.set_validation_rule(
        merchant=shop.merchant, from_fen=15_000, minutes=180, car_parks=[elsewhere], by=None
    )
    here, there = parked(car_park, minutes=130), parked(elsewhere, minutes=130)

    assert grant(shop, "R1", 19_999).minutes == 180
    assert (due_fen(here), due_fen(there)) == (1_000, 0)

    # What is set from now on was not given.
    parking.end_validation_rule(rule=best, by=None)
    parking.end_validation_rule(rule=shop.merchant.validation_rules.get(minutes=60), by=None)
    assert (due_fen(here), due_fen(there)) == (1_000, 0)
    leave(car_park)
    assert parking.settle_departures() == 1
    assert booked() == [(shop.merchant_id, car_park.merchant_id, 800)]
    assert due_fen(there) == 1_800


def test_a_receipt_gives_once(shop):
    key = fresh_key()
    first = grant(shop, key=key)
    assert grant(shop, key=key) == first

    with pytest.raises(errors.ReceiptValidatedAlready):
        grant(shop)
    assert grant(make_other(shop), "R1").receipt_no == "R1"


def make_other(shop):
    other = make_store()
    rule = shop.merchant.validation_rules.first()
    parking.set_validation_rule(
        merchant=other.merchant,
        from_fen=1,
        minutes=30,
        car_parks=rule.car_parks.all(),
        by=None,
    )
    return other


def test_a_plate_gets_them_whether_its_car_is_there_or_not(car_park, shop):
    grant(shop)
    grant(shop, "R2", plate="浙B12346")
    with after(200):
        stay = parked(car_park, minutes=90)
        assert due_fen(stay) == 300
    with after(60 * 26):
        assert due_fen(parked(car_park, 90, "浙B12346")) == 1_000


def test_a_member_at_the_counter_and_a_stay_get_them(car_park, shop):
    stay, member = parked(car_park, minutes=130), make_member()
    with pytest.raises(errors.BelowValidation):
        grant(shop, member=member)

    owned(member)
    assert grant(shop, member=member).stay == stay
    assert grant(shop, "R2", stay=stay).stay == stay
    assert due_fen(stay) == 0


def test_who_leaves_with_them_costs_what_they_saved_and_unused_ones_nothing(car_park, shop):
    stay = parked(car_park, minutes=130)
    grant(shop, "R1", 20_000)
    grant(shop, "R2", 10_000)
    grant(shop, "R3", plate="浙B12346")
    assert parking.settle_departures() == 0
    leave(car_park)

    assert (parking.settle_departures(), parking.settle_departures()) == (1, 0)

    states = list(MinuteValidation.objects.order_by("pk").values_list("state", "saved_fen"))
    assert states == [("used", 1_800), ("lapsed", 0), ("granted", 0)]
    assert [fen for *_sides, fen in booked()] == [1_800]
    assert due_fen(stay) == 0
    with after(49 * 60):
        parking.settle_departures()
    assert MinuteValidation.objects.latest("pk").state == "lapsed"


def test_a_receipt_that_comes_back_takes_them_along_while_the_car_is_there(car_park, shop):
    stay, member = parked(car_park, minutes=70), make_member()
    used, quoted = grant(shop, "R1", 20_000), grant(shop, "R2", plate="浙B12346")
    quote(stay, member)
    assert [fen for *_sides, fen in booked()] == [1_000]
    other = parked(car_park, 130, "浙B12346")
    open_quote = quote(other, member)

    for _time in range(2):
        parking.revoke_validation(validation=used, reason="小票已退货", by=None)
        parking.revoke_validation(validation=quoted, reason="小票已退货", by=None)

    open_quote.refresh_from_db()
    assert open_quote.state == "withdrawn"
    assert [fen for *_sides, fen in booked()] == [1_000, -1_000]
    with after(16):
        assert (due_fen(stay), due_fen(other)) == (1_000, 1_800)


def test_a_receipt_that_comes_back_while_its_payment_is_on_the_way_is_tried_again(
    car_park, shop, bank
):
    stay, member = parked(car_park, minutes=130), make_member()
    store = make_earning_store()
    parking.set_validation_rule(
        merchant=store.merchant, from_fen=10_000, minutes=60, car_parks=[car_park], by=None
    )
    receipt = buy(member, store, fen=10_000)
    given = grant(store, receipt.receipt_no)
    made = parking.pay_fee(quote=quote(stay, member), channel="bank")
    payments.prepare_payment(order=made.order)
    accept(bank.pay(made.order))
    make_refund(receipt, fen=1)

    with pytest.raises(errors.ValidationEnded):
        listeners.on_receipt_refunded({"receipt": receipt.pk})
    listeners.on_order_paid(events("OrderPaid")[-1])
    listeners.on_receipt_refunded({"receipt": receipt.pk})

    given.refresh_from_db()
    assert (given.state, [fen for *_sides, fen in booked()]) == ("revoked", [800, -800])


def test_who_has_left_keeps_them(car_park, shop):
    parked(car_park, minutes=70)
    used = grant(shop)
    leave(car_park)
    parking.settle_departures()

    with pytest.raises(errors.ValidationEnded):
        parking.revoke_validation(validation=used, reason="小票已退货", by=None)


def test_a_full_refund_frees_the_merchant_too(car_park, shop):
    stay = parked(car_park, minutes=130)
    grant(shop, "R1", 20_000)
    leave(car_park)
    parking.settle_departures()

    parking.refund_fee(stay=stay, amount_fen=9_999, reason="计费有误", by=None, key=fresh_key())

    assert [fen for *_sides, fen in booked()] == [1_800, -1_800]
    assert due_fen(stay) == 0


def test_a_rule_ends_and_another_takes_its_place(car_park, shop):
    with pytest.raises(errors.ValidationRuleTaken):
        parking.set_validation_rule(
            merchant=shop.merchant, from_fen=10_000, minutes=5, car_parks=[car_park], by=None
        )
    rule = shop.merchant.validation_rules.get(from_fen=10_000)
    parking.end_validation_rule(rule=rule, by=None)
    with pytest.raises(errors.BelowValidation):
        grant(shop)

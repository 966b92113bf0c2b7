"""What a stay's fee is settled with, in the published order; what overstays owe; what goes back."""

from datetime import timedelta

import pytest

from coupons.errors import CouponNotUsable
from district.kernel import clock
from district.payments import services as payments
from district.payments.models import PaymentRefund
from loyalty.queries import balance_of
from parking import errors, listeners
from parking import services as parking
from parking.models import ParkingQuote
from parking.queries.fees import due_of
from tests.factories.members import make_member
from tests.factories.stays import gate_row, pass_gate
from tests.parking.fees.fee_steps import (
    NOON,
    due_fen,
    fen_coupon,
    fresh_key,
    give_points,
    leave,
    make_charging_car_park,
    minutes_coupon,
    parked,
    pay,
    quote,
    tenders,
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


def state_of(coupon):
    coupon.refresh_from_db()
    return coupon.state


def points_of(member):
    return balance_of(member).available


def test_minutes_then_amounts_then_points_then_money(car_park, member, bank):
    stay = parked(car_park, minutes=130)
    hour, yuan = (
        minutes_coupon(member, 60, stacking="free"),
        fen_coupon(member, 300, stacking="free"),
    )
    give_points(member, 200)
    assert due_fen(stay) == 1_800

    made = quote(stay, member, coupons=[yuan.public_id, hour.public_id], points=200)

    assert tenders(made) == [
        ("minutes_coupon", 800), ("amount_coupon", 300), ("points", 200), ("money", 500),
    ]  # fmt: skip
    assert (made.gross_fen, made.settles_fen, made.money_fen) == (1_000, 1_800, 500)
    assert sum(line["amount_fen"] for line in made.lines) == made.gross_fen
    assert points_of(member) == 0

    paid = pay(bank, made)
    listeners.on_order_paid(events("OrderPaid")[-1])

    assert (paid.state, paid.exit_until) == ("paid", NOON + timedelta(minutes=15))
    assert [state_of(coupon) for coupon in (hour, yuan)] == ["used", "used"]
    assert due_fen(stay) == 0


def test_what_nobody_needs_is_not_used(car_park, member):
    stay = parked(car_park)
    give_points(member, 2_000)
    coupon, small = (
        fen_coupon(member, 900, stacking="free"),
        fen_coupon(member, 700, stacking="free"),
    )

    made = quote(stay, member, coupons=[coupon.public_id, small.public_id], points=2_000)

    assert tenders(made) == [("amount_coupon", 900), ("amount_coupon", 100)]
    assert (made.state, points_of(member)) == ("paid", 2_000)


def test_nothing_left_settles_at_once_and_nothing_due_is_not_quoted(car_park, member):
    stay = parked(car_park, minutes=10)
    with pytest.raises(errors.NothingDue):
        quote(stay, member)

    with after(60):
        made = quote(stay, member, coupons=[minutes_coupon(member, 120).public_id])
        assert (made.state, made.money_fen, made.order) == ("paid", 0, None)
        with pytest.raises(errors.NothingDue):
            quote(stay, member)


def test_the_same_key_quotes_once_and_another_quote_takes_its_place(car_park, member):
    stay, coupon, key = parked(car_park), minutes_coupon(member, 30), fresh_key()
    give_points(member, 100)
    first = quote(stay, member, coupons=[coupon.public_id], points=100, key=key)
    assert quote(stay, member, coupons=[coupon.public_id], points=100, key=key) == first

    second = quote(stay, member, coupons=[coupon.public_id], points=50)

    first.refresh_from_db()
    assert (first.state, second.state, points_of(member)) == ("withdrawn", "quoted", 50)


def test_a_quote_of_another_member_is_left_alone(car_park, member):
    stay, friend = parked(car_park), make_member("小王")
    made = quote(stay, member)

    with pytest.raises(errors.QuoteOfAnother):
        quote(stay, friend)
    with after(5):
        assert quote(stay, friend).state == "quoted"
    made.refresh_from_db()
    assert made.state == "expired"


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
def test_what_was_set_aside_comes_back(car_park, member, how):
    stay, coupon = parked(car_park), minutes_coupon(member, 30)
    give_points(member, 100)
    made = quote(stay, member, coupons=[coupon.public_id], points=100)
    with pytest.raises(CouponNotUsable):
        quote(parked(car_park, plate="浙B12345"), member, coupons=[coupon.public_id])

    if how == "withdrawn":
        parking.withdraw_quote(quote=made)
    with after(5):
        assert parking.expire_quotes() == (how == "expired")
        assert parking.expire_quotes() == 0

        made.refresh_from_db()
        assert (made.state, points_of(member), state_of(coupon)) == (how, 100, "live")
        assert quote(stay, member, coupons=[coupon.public_id]).state == "quoted"


def test_who_leaves_within_the_grace_has_paid_and_who_stays_owes_the_difference(
    car_park, member, bank
):
    stay = parked(car_park)
    pay(bank, quote(stay, member))
    with after(15):
        assert due_fen(stay) == 0
    with after(16):
        # 86 minutes: 6 and 4.
        assert due_fen(stay) == 0
    with after(60):
        # 130 minutes: 18 yuan, of which 10 are paid.
        assert due_fen(stay) == 800
        made = pay(bank, quote(stay, member))
        assert (made.settles_fen, made.gross_fen) == (800, 1_800)
    with after(75):
        leave(car_park)
    with after(500):
        assert due_fen(stay) == 0


def test_a_late_exit_event_counts_when_it_happened(car_park, member, bank):
    stay = parked(car_park)
    pay(bank, quote(stay, member))
    with after(100):
        assert due_fen(stay) > 0
        pass_gate(car_park, gate_row(car_park, "exit", NOON + timedelta(minutes=14)))
        assert due_fen(stay) == 0


def test_money_of_an_ended_quote_is_taken_for_what_is_due_and_the_rest_goes_back(
    car_park, member, bank
):
    stay = parked(car_park)
    late = parking.pay_fee(quote=quote(stay, member), channel="bank")
    payments.prepare_payment(order=late.order)
    payment = bank.pay(late.order)
    parking.record_money(
        stay=stay, amount_fen=600, channel="cash", reference="c1", at=NOON, key=fresh_key()
    )
    accept(payment)
    for _time in range(2):
        listeners.on_order_paid(events("OrderPaid")[-1])

    late.refresh_from_db()
    assert (late.state, due_fen(stay)) == ("withdrawn", 0)
    assert list(PaymentRefund.objects.values_list("amount_fen", flat=True)) == [600]
    assert [tenders(row) for row in ParkingQuote.objects.filter(state="paid").order_by("pk")] == [
        [("money", 600)], [("money", 400)],
    ]  # fmt: skip


def test_money_from_elsewhere_is_counted_once(car_park, member):
    stay = parked(car_park)
    give = {"stay": stay, "amount_fen": 1_000, "channel": "wechat_parking", "reference": "t1"}

    first = parking.record_money(**give, at=clock.now(), key=fresh_key())

    assert parking.record_money(**give, at=clock.now(), key=fresh_key()) == first
    assert (due_fen(stay), first.exit_until) == (0, NOON + timedelta(minutes=15))


def test_a_refund_gives_back_in_reverse_and_makes_nothing_due(car_park, member, bank):
    stay = parked(car_park, minutes=130)
    hour, yuan = (
        minutes_coupon(member, 60, stacking="free"),
        fen_coupon(member, 300, stacking="free"),
    )
    give_points(member, 200)
    pay(bank, quote(stay, member, coupons=[hour.public_id, yuan.public_id], points=200))

    def refund(fen):
        return parking.refund_fee(
            stay=stay, amount_fen=fen, reason="计费有误", by=None, key=fresh_key()
        )

    assert refund(550).amount_fen == 550
    assert (points_of(member), state_of(yuan)) == (50, "used")
    # A coupon goes back whole or not at all.
    assert refund(250).amount_fen == 150
    assert points_of(member) == 200
    assert [refund(300).amount_fen, state_of(yuan)] == [300, "live"]
    assert [refund(9_999).amount_fen, state_of(hour)] == [800, "live"]
    with pytest.raises(errors.FeeNotRefundable):
        refund(1)
    assert due_fen(stay) == 0
    assert sum(PaymentRefund.objects.values_list("amount_fen", flat=True)) == 500
    with after(60):
        # 190 minutes less 60: 18 yuan, of which 10 are settled for good.
        assert due_fen(stay) == 800


def test_what_was_paid_too_much_is_not_waived(car_park, member):
    stay = parked(car_park)
    parking.record_money(
        stay=stay, amount_fen=1_500, channel="cash", reference="c2", at=NOON, key=fresh_key()
    )

    made = parking.refund_fee(stay=stay, amount_fen=500, reason="多收", by=None, key=fresh_key())

    assert made.waived_fen == 0
    with after(60):
        assert due_fen(stay) == 800


def test_a_stay_that_cannot_be_priced_owes_nothing_known(member):
    with clock.travel_to(NOON):
        stay = parked(None)
        assert due_of(stay, clock.now()) is None
        with pytest.raises(errors.FeeUnknown):
            quote(stay, member)
        made = parking.record_money(
            stay=stay, amount_fen=500, channel="cash", reference="c3", at=NOON, key=fresh_key()
        )
        assert (made.settles_fen, made.exit_until) == (500, None)


def test_without_a_store_neither_coupons_nor_points(car_park, member):
    parking.set_fee_terms(car_park=car_park, store=None, exit_grace_minutes=15, by=None)
    stay = parked(car_park)

    with pytest.raises(errors.TakesNoCoupons):
        quote(stay, member, points=10)
    with pytest.raises(errors.TakesNoCoupons):
        quote(stay, member, coupons=[minutes_coupon(member).public_id])
    assert quote(stay, member).money_fen == 1_000

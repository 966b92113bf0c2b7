"""Deposits: paid within the hold, given back when they are owed to nobody."""

from datetime import timedelta
from importlib import import_module

import pytest

from district.kernel import clock
from district.payments import services as payments
from district.payments.models import Order, PaymentRefund
from parking import errors, listeners
from parking import services as parking
from parking.models import Reservation
from parking.queries.reservations import shopper_record
from tests.factories.members import make_member, make_operator
from tests.factories.parking import (
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.factories.stays import make_stay
from tests.parking.reservations.deposit_steps import pay
from tests.payments.bank_channel import bank
from tests.payments.payment_steps import events, refund

pytestmark = pytest.mark.django_db
State = Reservation.State
__all__ = ["bank"]
DEPOSIT_FEN = 2_000


@pytest.fixture
def pool(db, bank):
    return make_reservable_pool(2, deposit_fen=DEPOSIT_FEN)


def hold(pool, **options):
    return make_reservation(pool, channel="bank", **options)


def returned():
    return list(PaymentRefund.objects.values_list("amount_fen", "reason"))


def test_a_hold_is_confirmed_by_its_deposit(pool, bank):
    made = hold(pool)
    assert (made.state, made.deposit_fen, made.order.expires_at) == (
        State.HELD, DEPOSIT_FEN, made.hold_expires_at,
    )  # fmt: skip
    with pytest.raises(errors.DepositUnpaid):
        parking.confirm_reservation(reservation=made)

    assert pay(bank, made).state == State.CONFIRMED
    listeners.on_order_paid(events("OrderPaid")[-1])
    assert returned() == []


def test_the_same_key_orders_one_deposit(pool):
    from tests.factories.parking import fresh_key

    key, vehicle, window = fresh_key(), make_vehicle(), window_in()

    first = hold(pool, vehicle=vehicle, window=window, key=key)

    assert hold(pool, vehicle=vehicle, window=window, key=key) == first
    assert Order.objects.count() == 1


def test_money_for_a_hold_that_is_over_goes_back(pool, bank):
    made = hold(pool)
    with clock.travel_to(made.hold_expires_at):
        parking.end_due_reservations()

    assert pay(bank, made).state == State.EXPIRED
    assert returned() == [(DEPOSIT_FEN, "预约未成立，退回定金")]


def test_a_hold_ends_with_its_order(pool):
    made = hold(pool)
    payments.close_order(order=made.order)

    listeners.on_order_closed(events("OrderClosed")[-1])
    listeners.on_order_closed(events("OrderClosed")[-1])

    made.refresh_from_db()
    assert made.state == State.EXPIRED


def test_a_hold_that_is_cancelled_is_not_paid_any_more(pool):
    made = hold(pool)

    parking.cancel_reservation(reservation=made)

    made.order.refresh_from_db()
    assert made.order.state == Order.State.CLOSED


@pytest.mark.parametrize(("minutes", "back"), [(-1, [DEPOSIT_FEN]), (1, [])])
def test_a_deposit_goes_back_while_cancelling_is_free(pool, bank, minutes, back):
    made = pay(bank, hold(pool))

    with clock.travel_to(made.free_cancel_until + timedelta(minutes=minutes)):
        parking.cancel_reservation(reservation=made)
        parking.cancel_reservation(reservation=made)

    assert [amount for amount, _reason in returned()] == back


def test_a_deposit_goes_back_when_the_car_has_left(pool, bank):
    made = pay(bank, hold(pool))
    parking.note_arrival(reservation=made, at=made.starts_at)

    parking.complete_reservation(reservation=made, at=made.ends_at)
    parking.complete_reservation(reservation=made, at=made.ends_at)

    assert returned() == [(DEPOSIT_FEN, "停车完成，退回定金")]


def test_a_deposit_is_kept_for_a_no_show_until_a_contest_is_accepted(pool, bank):
    made = pay(bank, hold(pool))
    with clock.travel_to(made.late_until):
        parking.end_due_reservations()
        assert returned() == []
        contest = parking.contest_no_show(reservation=made, statement="已到场")
        parking.decide_contest(contest=contest, accept=True, by=make_operator())

    assert returned() == [(DEPOSIT_FEN, "未到场申诉成立，退回定金")]


def test_a_deposit_moves_along_with_a_relocation_and_goes_back_once(pool, bank):
    made, elsewhere = pay(bank, hold(pool)), make_reservable_pool(1)

    moved = parking.relocate_reservation(reservation=made, pool=elsewhere, reason="停业", by=None)
    parking.cancel_reservation(reservation=moved)

    assert (moved.order, moved.deposit_fen) == (made.order, DEPOSIT_FEN)
    assert len(returned()) == 1


@pytest.mark.parametrize(("by_hand", "rest"), [(DEPOSIT_FEN, []), (500, [DEPOSIT_FEN - 500])])
def test_what_a_person_gave_back_already_is_not_given_twice_and_stops_nobody(
    pool, bank, by_hand, rest
):
    made = pay(bank, hold(pool))
    refund(made.order, by_hand, reason="人工退款")
    parking.note_arrival(reservation=made, at=made.starts_at)

    assert parking.complete_reservation(reservation=made, at=made.ends_at).state == State.COMPLETED
    assert returned() == [(by_hand, "人工退款"), *((fen, "停车完成，退回定金") for fen in rest)]


def test_a_payment_reported_again_gives_no_deposit_back_that_is_kept(pool, bank):
    made = pay(bank, hold(pool))
    with clock.travel_to(made.free_cancel_until + timedelta(minutes=1)):
        parking.cancel_reservation(reservation=made)
        assert returned() == []

        listeners.on_order_paid(events("OrderPaid")[-1])
        # Nor does somebody of the car park who calls off what its member has called off already.
        parking.cancel_for_member(reservation=made, reason="设备检修", by=make_operator())

    assert returned() == []


def test_a_displaced_reservation_ends_with_its_deposit_or_not_at_all_and_stops_nobody(
    pool, bank, monkeypatch
):
    first, second = (pay(bank, hold(pool)) for _ in range(2))
    Reservation.objects.filter(pk=first.pk).update(displaced_by=make_stay())
    sweep = import_module("parking.services.end_due")

    def killed(**_):
        raise OSError

    with clock.travel_to(first.late_until):
        with monkeypatch.context() as broken:
            broken.setattr(sweep, "return_deposit", killed)
            assert parking.end_due_reservations() == 1
        for row in (first, second):
            row.refresh_from_db()
        assert (first.state, second.state, returned()) == (State.CONFIRMED, State.NO_SHOW, [])

        assert parking.end_due_reservations() == 1
    first.refresh_from_db()
    assert (first.state, returned()) == (State.CANCELLED, [(DEPOSIT_FEN, "车位被占用，退回定金")])


def test_who_found_the_place_taken_and_cancels_has_the_deposit_back(pool, bank):
    made = pay(bank, hold(pool))
    Reservation.objects.filter(pk=made.pk).update(displaced_by=make_stay())

    with clock.travel_to(made.starts_at + timedelta(minutes=5)):
        parking.cancel_reservation(reservation=made)

    assert returned() == [(DEPOSIT_FEN, "车位被占用，退回定金")]


def test_a_good_record_needs_no_deposit(pool):
    member = make_member()
    vehicle, free = make_vehicle(member), make_reservable_pool()
    for number in range(3):
        made = make_reservation(free, vehicle, window=window_in(1 + 2 * number))
        parking.note_arrival(reservation=made, at=made.starts_at)
        parking.complete_reservation(reservation=made, at=made.ends_at)

    assert shopper_record(member, clock.now()).is_good
    assert hold(pool, vehicle=vehicle, window=window_in(24)).state == State.CONFIRMED

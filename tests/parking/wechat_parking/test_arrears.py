"""What was left unpaid: whose it is, when it stands in the way, reminders, paying it, writing it off."""

from datetime import timedelta

import pytest

from district.kernel import clock
from district.kernel.errors import FourEyesNeeded
from district.kernel.models import AuditLine
from district.payments import services as payments
from parking import arrears_errors as errors
from parking import listeners
from parking import services as parking
from parking.models import Arrears, ArrearsReminder, Stay, Vehicle
from parking.queries.arrears import owed_fen
from parking.queries.reservations import shopper_record
from tests.factories.members import make_member, make_operator
from tests.factories.parking import (
    fresh_key,
    make_reservable_pool,
    make_reservation,
    make_vehicle,
    window_in,
)
from tests.factories.stays import PLATE, gate_row, pass_gate
from tests.parking.wechat_parking.arrears_steps import (
    arrears_of,
    bank,
    collecting,
    leave_unpaid,
    owed,
    pay,
    verified,
)

pytestmark = pytest.mark.django_db
__all__ = ["bank", "collecting", "owed"]
DAY = timedelta(days=1)


def earn_good_record(member):
    vehicle, free = make_vehicle(member), make_reservable_pool()
    for number in range(3):
        made = make_reservation(free, vehicle, window=window_in(1 + 2 * number))
        parking.note_arrival(reservation=made, at=made.starts_at)
        parking.complete_reservation(reservation=made, at=made.ends_at)
    return vehicle


def test_who_left_unpaid_owes_what_the_stay_cost(collecting):
    vehicle = verified()

    stay = leave_unpaid(collecting)

    row = arrears_of(stay)
    assert (row.cause, row.state, row.member) == ("left_unpaid", "open", vehicle.member)
    assert row.amount_fen == owed_fen(stay, stay.left_at) > 0
    assert Stay.objects.get().reckoned_at is not None
    leave_unpaid(collecting, plate="浙B54321", minutes=5)
    assert Arrears.objects.count() == 1


def test_a_car_park_that_takes_money_without_telling_us_asks_for_nothing(collecting):
    parking.set_arrears_policy(car_park=collecting, collects_arrears=False, by=None)

    assert arrears_of(leave_unpaid(collecting)) is None
    parking.set_arrears_policy(car_park=collecting, collects_arrears=False, by=None)
    assert AuditLine.objects.filter(verb="set_arrears_policy").count() == 2


def test_a_late_exit_that_was_sooner_makes_it_less(collecting):
    row = arrears_of(leave_unpaid(collecting, minutes=200))
    now = clock.now()

    pass_gate(collecting, gate_row(collecting, "exit", now - timedelta(minutes=150)))
    with clock.travel_to(now + timedelta(minutes=16)):
        parking.reckon_stays()

    less = Arrears.objects.get(pk=row.pk)
    assert less.amount_fen < row.amount_fen
    assert Arrears.objects.count() == 1


def test_arrears_of_a_plate_wait_for_who_shows_its_papers(collecting):
    row = arrears_of(leave_unpaid(collecting))
    assert row.member is None
    vehicle = make_vehicle(plate=PLATE)
    parking.attach_arrears()
    assert arrears_of(row.stay).member is None

    Vehicle.objects.filter(pk=vehicle.pk).update(verified_at=clock.now())
    assert parking.attach_arrears() == 1
    assert parking.attach_arrears() == 0

    row.refresh_from_db()
    assert row.member == vehicle.member
    assert row.due_at > clock.now() + timedelta(hours=23)


def test_who_bought_the_car_does_not_owe_for_it(collecting):
    earlier = verified()
    parking.remove_vehicle(vehicle=earlier)
    row = arrears_of(leave_unpaid(collecting))
    verified(make_member("小王"))

    parking.attach_arrears()

    assert arrears_of(row.stay).member is None


def test_a_good_record_pays_within_a_day_and_stands_in_nobodys_way_until_then(collecting):
    member = make_member()
    vehicle, pool = earn_good_record(member), make_reservable_pool()
    verified(member)

    row = arrears_of(leave_unpaid(collecting))

    assert row.due_at == row.stay.left_at + DAY
    assert shopper_record(member, clock.now()).is_good
    make_reservation(pool, vehicle, window=window_in(60))
    with clock.travel_to(row.due_at):
        assert not shopper_record(member, clock.now()).pays_after_leaving
        with pytest.raises(errors.ArrearsUnpaid):
            make_reservation(pool, vehicle, window=window_in(30))


def test_who_may_not_pay_after_leaving_owes_at_once_and_reserves_nothing(collecting):
    vehicle, pool = verified(), make_reservable_pool()
    row = arrears_of(leave_unpaid(collecting))
    later = row.due_at + timedelta(minutes=1)

    with clock.travel_to(later):
        with pytest.raises(errors.ArrearsUnpaid):
            make_reservation(pool, vehicle)
        facts = {line.fact.value: line for line in shopper_record(vehicle.member, later).lines}

    assert (facts["unpaid_arrears"].count, facts["unpaid_arrears"].is_met) == (1, False)
    assert (facts["paid_late"].count, facts["paid_late"].is_met) == (1, True)


def test_reminders_stand_once_whoever_is_first(collecting):
    verified()
    row = arrears_of(leave_unpaid(collecting))

    reminded = []
    for days in (0, 1, 3, 3, 20, 40, 60):
        with clock.travel_to(row.due_at + days * DAY):
            reminded.append(parking.remind_of_arrears())

    assert reminded == [1, 0, 1, 0, 1, 1, 0]
    assert list(ArrearsReminder.objects.values_list("number", flat=True)) == [1, 2, 4, 5]


def test_arrears_are_paid_by_an_order_once(owed, bank):
    ordered = parking.pay_arrears(arrears=owed, channel="bank")
    assert parking.pay_arrears(arrears=owed, channel="bank").order == ordered.order
    assert ordered.order.amount_fen == owed.amount_fen

    paid = pay(bank, owed)
    for _ in range(2):
        listeners.on_order_paid(paid)

    owed.refresh_from_db()
    assert (owed.state, owed_fen(owed.stay, clock.now())) == ("paid", 0)
    with pytest.raises(errors.ArrearsClosed):
        parking.pay_arrears(arrears=owed, channel="bank")


def test_an_order_that_ran_out_is_followed_by_another(owed, bank):
    first = parking.pay_arrears(arrears=owed, channel="bank").order
    payments.close_order(order=first)

    second = parking.pay_arrears(arrears=owed, channel="bank").order

    assert second != first


def test_what_was_paid_for_arrears_goes_back_as_any_fee(owed, bank):
    listeners.on_order_paid(pay(bank, owed))

    refund = parking.refund_fee(
        stay=owed.stay, amount_fen=100, reason="多收", by=None, key=fresh_key()
    )

    assert refund.amount_fen == 100
    assert refund.parts.get().payment_refund.amount_fen == 100


def test_money_at_the_counter_pays_arrears(owed):
    parking.record_money(
        stay=owed.stay, amount_fen=owed.amount_fen, channel="cash", reference="1",
        at=clock.now(), key=fresh_key(),
    )  # fmt: skip
    with clock.travel_to(clock.now() + timedelta(hours=1)):
        Arrears.objects.update(opened_at=clock.now() - timedelta(hours=2))
        assert parking.review_arrears() == 1

    owed.refresh_from_db()
    assert owed.state == "paid"


def test_arrears_are_written_off_by_two_people(owed):
    proposer, other = make_operator("zhang"), make_operator("li")
    key = fresh_key()
    proposal = parking.propose_write_off(arrears=owed, reason="闸机故障", by=proposer, key=key)
    assert (
        parking.propose_write_off(arrears=owed, reason="闸机故障", by=proposer, key=key) == proposal
    )
    with pytest.raises(errors.WriteOffProposed):
        parking.propose_write_off(arrears=owed, reason="x", by=other, key=fresh_key())
    with pytest.raises(FourEyesNeeded):
        parking.approve_write_off(proposal=proposal, by=proposer)

    parking.approve_write_off(proposal=proposal, by=other)

    owed.refresh_from_db()
    assert owed.state == "written_off"
    assert shopper_record(owed.member, clock.now() + DAY).lines[-1].is_met
    with pytest.raises(errors.ArrearsClosed):
        parking.propose_write_off(arrears=owed, reason="x", by=proposer, key=fresh_key())


def test_a_write_off_that_is_rejected_leaves_it_owed(owed):
    proposal = parking.propose_write_off(
        arrears=owed, reason="车主投诉", by=make_operator("zhang"), key=fresh_key()
    )

    parking.reject_write_off(proposal=proposal, by=make_operator("li"), note="已核实")

    owed.refresh_from_db()
    assert owed.state == "open"


def test_arrears_go_along_when_members_are_merged(owed):
    other = make_member("小王")

    listeners.on_member_absorbed({"source": owed.member_id, "into": other.pk})

    owed.refresh_from_db()
    assert owed.member == other

"""Arrears follow what becomes of their stay: paid elsewhere, written off, merged, corrected, told again."""

from datetime import timedelta

import pytest

from district.kernel import clock, invariants
from district.payments import services as payments
from district.payments.models import Order
from parking import arrears_errors as errors
from parking import listeners
from parking import services as parking
from parking.errors import NothingDue
from parking.models import Arrears, Stay
from parking.queries.arrears import due_fen_of
from parking.queries.fees import due_of
from parking.services import arrears_sweeps, sweeps
from tests.factories.members import make_member, make_operator
from tests.factories.merchants import make_store
from tests.factories.parking import fresh_key
from tests.factories.stays import PLATE, gate_row, make_stay, pass_gate
from tests.parking.wechat_parking.arrears_steps import (
    arrears_of,
    bank,
    collecting,
    leave_unpaid,
    owed,
    pay,
    returned,
    verified,
)
from tests.payments.payment_steps import accept, events

pytestmark = pytest.mark.django_db
__all__ = ["bank", "collecting", "owed"]


def test_what_was_written_off_is_due_no_more_and_comes_back_where_it_is_paid(owed, bank):
    ordered = parking.pay_arrears(arrears=owed, channel="bank").order
    payments.prepare_payment(order=ordered)
    money = bank.pay(ordered)
    proposal = parking.propose_write_off(
        arrears=owed, reason="闸机故障", by=make_operator("zhang"), key=fresh_key()
    )
    parking.approve_write_off(proposal=proposal, by=make_operator("li"))

    ordered.refresh_from_db()
    assert (ordered.state, due_fen_of(owed.stay, clock.now())) == ("closing", 0)
    with pytest.raises(errors.ArrearsClosed):
        parking.pay_arrears(arrears=owed, channel="bank")
    with pytest.raises(NothingDue):
        parking.quote_fee(stay=owed.stay, member=owed.member, key=fresh_key())
    # The phone was faster than the bank's answer.
    accept(money)
    for _time in range(2):
        listeners.on_order_paid(events("OrderPaid")[-1])
    owed.refresh_from_db()
    assert (owed.state, returned()) == ("written_off", [owed.amount_fen])


def test_money_that_went_back_is_not_booked_when_its_event_comes_again(owed, bank):
    paid = pay(bank, owed)
    parking.record_money(
        stay=owed.stay, amount_fen=owed.amount_fen, channel="cash", reference="1",
        at=clock.now(), key=fresh_key(),
    )  # fmt: skip
    listeners.on_order_paid(paid)
    owed.refresh_from_db()
    assert (owed.state, returned()) == ("paid", [owed.amount_fen])

    # Its exit was another car's: it went two hours later.
    parking.correct_plate(stay=owed.stay, plate="浙C54321", part="exit", by=None)
    with clock.travel_to(clock.now() + timedelta(hours=2)):
        pass_gate(owed.stay.car_park, gate_row(owed.stay.car_park, "exit", clock.now()))
        listeners.on_order_paid(paid)
        assert returned() == [owed.amount_fen]
        due = due_of(Stay.objects.get(pk=owed.stay_id), clock.now())
        assert due.due_fen > 0
        assert due.paid_fen == owed.amount_fen


def test_who_asks_to_pay_what_was_paid_meanwhile_is_refused_and_it_stays_paid(owed, bank):
    parking.record_money(
        stay=owed.stay, amount_fen=owed.amount_fen, channel="cash", reference="1",
        at=clock.now(), key=fresh_key(),
    )  # fmt: skip

    with pytest.raises(errors.ArrearsClosed):
        parking.pay_arrears(arrears=owed, channel="bank")

    owed.refresh_from_db()
    assert owed.state == "paid"


def test_who_asks_again_before_the_event_of_the_payment_came_does_not_pay_twice(owed, bank):
    paid = pay(bank, owed)

    with pytest.raises(errors.ArrearsClosed):
        parking.pay_arrears(arrears=owed, channel="bank")
    listeners.on_order_paid(paid)

    owed.refresh_from_db()
    assert (owed.state, Order.objects.count(), returned()) == ("paid", 1, [])


def test_arrears_of_a_misread_stay_are_those_of_the_stay_that_it_is_merged_into(collecting, bank):
    """浙A12B45 came out, 浙A12345 had come in; by the time that somebody sees it both owe."""
    vehicle, now = verified(), clock.now()
    entry = gate_row(collecting, "entry", now - timedelta(minutes=130))
    pass_gate(collecting, entry, gate_row(collecting, "exit", now, "浙A12B45"))
    entered, misread = Stay.objects.order_by("pk")
    parking.resolve_missing_entry(stay=misread, entered_at=now - timedelta(minutes=20), by=None)
    with clock.travel_to(now + timedelta(minutes=16)):
        parking.reckon_stays()
        row = arrears_of(misread)
        assert (row.amount_fen, row.member) == (300, None)
        parking.correct_plate(stay=misread, plate=PLATE, by=None)
        parking.reckon_stays()
        parking.attach_arrears()

        row.refresh_from_db()
        assert (row.stay, row.amount_fen, row.member) == (entered, 1_800, vehicle.member)
        listeners.on_order_paid(pay(bank, row))
        row.refresh_from_db()
        assert (row.state, due_fen_of(entered, clock.now()), Arrears.objects.count()) == (
            "paid", 0, 1,
        )  # fmt: skip


def test_two_arrears_become_one_and_money_for_the_other_one_pays_it(collecting, bank):
    vehicle, other, now = verified(), verified(make_member("小王"), "浙A12B45"), clock.now()
    pass_gate(
        collecting,
        gate_row(collecting, "entry", now - timedelta(minutes=130)),
        gate_row(collecting, "exit", now, "浙A12B45"),
    )
    entered, misread = Stay.objects.order_by("pk")
    parking.close_as_lost_exit(stay=entered, left_at=now - timedelta(minutes=60), by=None)
    parking.resolve_missing_entry(stay=misread, entered_at=now - timedelta(minutes=130), by=None)
    with clock.travel_to(now + timedelta(minutes=16)):
        parking.reckon_stays()
        row, twin = arrears_of(entered), arrears_of(misread)
        assert [line.member for line in (row, twin)] == [vehicle.member, other.member]
        paid = pay(bank, twin)
        parking.correct_plate(stay=misread, plate=PLATE, by=None)
        parking.reckon_stays()
        twin.refresh_from_db()
        row.refresh_from_db()
        assert (twin.state, row.amount_fen) == ("withdrawn", 1_800)

        # The money of the other one was for this very stay.
        for _time in range(2):
            listeners.on_order_paid(paid)
        row.refresh_from_db()
        assert (row.state, returned()) == ("paid", [])


def test_arrears_of_a_stay_that_goes_on_after_all_are_none_until_it_ends(collecting):
    vehicle, now = verified(), clock.now()
    stay = make_stay(collecting, minutes=70)
    pass_gate(collecting, gate_row(collecting, "exit", now - timedelta(minutes=20)))
    row = arrears_of(leave_unpaid(collecting, plate="浙B54321")) and arrears_of(stay)
    assert row.member == vehicle.member

    # It was another car that went out.
    parking.correct_plate(stay=stay, plate="浙C54321", part="exit", by=None)
    row.refresh_from_db()
    assert row.state == "withdrawn"
    pass_gate(collecting, gate_row(collecting, "exit", now))
    with clock.travel_to(now + timedelta(minutes=16)):
        parking.reckon_stays()
    row.refresh_from_db()
    assert (row.state, row.amount_fen) == ("open", 1_000)


def test_arrears_of_a_plate_that_was_misread_are_not_its_members(collecting, bank):
    vehicle = verified()
    row = arrears_of(leave_unpaid(collecting))
    order = parking.pay_arrears(arrears=row, channel="bank").order

    parking.correct_plate(stay=row.stay, plate="浙A54321", by=None)

    row.refresh_from_db()
    order.refresh_from_db()
    assert (row.state, row.member, order.state) == ("open", None, "closed")
    assert vehicle.member.parking_arrears.count() == 0


def test_arrears_that_nobody_shows_papers_for_keep_no_others_waiting(collecting, monkeypatch):
    monkeypatch.setattr(sweeps, "_AT_ONCE", 1)
    for number in range(3):
        leave_unpaid(collecting, plate=f"浙B5432{number}")
    vehicle = verified(plate="浙B54322")

    assert parking.attach_arrears(limit=1) == 1
    assert vehicle.member.parking_arrears.count() == 1

    # One whose looking at fails, and one that was reminded as often as it may be by now.
    with clock.travel_to(clock.now() + timedelta(days=2)):
        assert [parking.remind_of_arrears(limit=1) for _ in range(2)] == [1, 0]
        second = verified(plate="浙B54321")
        parking.attach_arrears()
        Arrears.objects.filter(member=second.member).update(due_at=clock.now())
        assert parking.remind_of_arrears(limit=1) == 1
        failing = make_stay(collecting, "浙B54325", left=True)
        leave_unpaid(collecting, plate="浙B54326")
        Stay.objects.update(reckoned_at=None)
        known = arrears_sweeps.open_arrears

        def fail(*, stay):
            if stay.pk == failing.pk:
                raise RuntimeError("a mistake of ours")
            return known(stay=stay)

        monkeypatch.setattr(arrears_sweeps, "open_arrears", fail)
        with clock.travel_to(clock.now() + timedelta(minutes=20)):
            assert parking.reckon_stays() == 4
        assert Stay.objects.filter(reckoned_at=None).get() == failing


def test_what_was_paid_follows_a_stay_that_is_merged_twice(collecting):
    """Its exit was misread, and so was a second picture of its entry."""
    now = clock.now()
    in_at = now - timedelta(minutes=70)
    pass_gate(
        collecting,
        gate_row(collecting, "entry", in_at),
        gate_row(collecting, "entry", in_at + timedelta(seconds=10), "浙A12B45"),
        gate_row(collecting, "exit", now, "浙A1Z345"),
    )
    entered, twin, misread = Stay.objects.order_by("pk")
    parking.record_money(
        stay=misread, amount_fen=600, channel="cash", reference="1", at=now, key=fresh_key()
    )
    validation = make_validation(misread)

    parking.correct_plate(stay=misread, plate="浙A12B45", by=None)
    twin.refresh_from_db()
    assert (twin.state, due_of(twin, now).paid_fen) == ("closed", 600)
    parking.correct_plate(stay=twin, plate=PLATE, by=None)

    entered.refresh_from_db()
    validation.refresh_from_db()
    assert (entered.state, validation.stay) == ("closed", entered)
    # 40 minutes are left: 6 yuan.
    assert (due_of(entered, now).paid_fen, due_of(entered, now).due_fen) == (600, 0)
    assert set(Stay.objects.exclude(pk=entered.pk).values_list("merged_into", flat=True)) == {
        entered.pk
    }


def make_validation(stay):
    """Half an hour of a shop's for a stay."""
    store = make_store()
    parking.set_validation_rule(
        merchant=store.merchant, from_fen=1, minutes=30, car_parks=[stay.car_park], by=None
    )
    return parking.grant_validation(
        store=store, receipt_no="R1", paid_fen=1, stay=stay, actor="till:1", key=fresh_key()
    )


@pytest.mark.breaks_the_ledger
def test_audits_find_an_order_that_can_still_be_paid_and_stays_two_steps_away(owed, bank):
    parking.pay_arrears(arrears=owed, channel="bank")
    Arrears.objects.filter(pk=owed.pk).update(state="withdrawn", closed_at=clock.now())
    stays = [make_stay(owed.stay.car_park, f"浙B5432{number}", left=True) for number in range(2)]
    for stay, into in ((stays[0], stays[1]), (stays[1], owed.stay)):
        Stay.objects.filter(pk=stay.pk).update(state="merged", merged_into=into)

    found = {offence.query: offence.row["public_id"] for offence in invariants.offences()}
    assert found["arrears that are asked for no more have no order that can be paid"] == (
        owed.public_id
    )
    assert found["a stay that was merged is one step from the one that stands for it"] == (
        stays[0].public_id
    )

    Arrears.objects.filter(pk=owed.pk).update(state="open", closed_at=None)
    Stay.objects.filter(pk=owed.stay_id).update(state="merged", merged_into=stays[1])
    name = "open arrears are of a stay that is over, and a member's who has or had the plate or its ticket"
    assert name in {offence.query for offence in invariants.offences()}

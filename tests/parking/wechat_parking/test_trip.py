"""A car whose plate WeChat serves comes and leaves: told of, charged after leaving, paid, given back."""

import pytest

from district.kernel.idempotency import Key
from district.payments import services as payments
from district.payments.models import Order, PaymentRefund
from parking import services as parking
from parking.models import Stay, WechatCharge, WechatEntry, WechatExchange
from parking.wechat_parking.entries import report_entries
from parking.wechat_parking.plates import ask_plate_anew, refresh_plates
from parking.wechat_parking.values import LeaveReason
from tests.factories.parking import make_car_park, make_vehicle
from tests.factories.stays import PLATE, gate_row, pass_gate

EntryState = WechatEntry.State


def test_a_car_leaves_and_is_charged_after_it_left(scene):
    scene.enter()
    assert scene.entry.state == EntryState.NORMAL

    answer = scene.ask()

    assert (answer.reason, answer.due_fen) == (LeaveReason.CHARGE_ACCEPTED, 0)
    assert scene.ask() == answer
    assert (scene.charge.state, scene.charge.amount_fen) == ("accepted", 900)
    scene.leave()
    scene.reckon()
    assert scene.arrears is None

    scene.settle()

    charge = scene.charge
    assert (charge.state, scene.due_fen()) == ("paid", 0)
    order = Order.objects.get()
    assert (order.state, order.number, order.amount_fen) == ("paid", charge.number, 900)
    assert order.accepted_payment == charge.payment
    assert order.subject == charge.public_id
    assert len(scene.sandbox.documents("vehicle_charge")) == 1
    kinds = WechatExchange.objects.order_by("pk").values_list("kind", "code")
    assert list(kinds) == [
        *(("find", "NORMAL"), ("enter", "NORMAL"), ("charge", "ACCEPTED")),
        ("charge_notice", "SUCCESS"),
    ]


def test_what_wechat_charged_goes_back_as_any_payment(scene):
    scene.enter()
    scene.ask()
    scene.settle()

    payments.refund_payment(
        order=Order.objects.get(), amount_fen=300, reason="多收", actor="app:parking",
        key=Key.of("test", "1"),
    )  # fmt: skip
    payments.send_refunds()
    sent = PaymentRefund.objects.get()
    scene.sandbox.control("pay-settle-refund", out_refund_no=sent.number)
    payments.query_refunds()
    sent.refresh_from_db()
    sent = PaymentRefund.objects.get()

    assert sent.state in {PaymentRefund.State.SUCCEEDED, "processing"}
    (document,) = scene.sandbox.documents("refund")
    assert document["status"] == "SUCCESS"
    (charge,) = scene.sandbox.documents("vehicle_charge")
    assert charge["trade_state"] == "REFUND"


def test_a_car_that_left_without_asking_is_charged_then(scene):
    scene.enter()

    scene.leave()
    assert (scene.charge.state, scene.charge.device) == ("wanted", "西出口 1")
    scene.follow()

    assert scene.charge.state == "accepted"


def test_who_leaves_in_the_free_minutes_is_not_charged(scene):
    scene.enter(minutes=10)
    free_seconds = scene.sandbox.documents("vehicle_entry")[0]["request"]["free_duration"]
    # The tariff counts whole minutes.
    assert 15 * 60 <= free_seconds < 17 * 60
    assert scene.ask().reason is LeaveReason.NOTHING_DUE

    scene.leave()

    assert scene.entry.state == EntryState.ENDED
    assert not WechatCharge.objects.exists()


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"owes": True}, "overdue"),
        ({"fails_evaluation": True}, "evaluation_failed"),
    ],
)
def test_a_blocked_car_pays_at_the_gate_until_wechat_says_otherwise(scene, fields, reason):
    scene.serve(**fields)
    scene.enter()
    assert (scene.entry.state, scene.entry.block_reason) == (EntryState.BLOCKED, reason)
    answer = scene.ask()
    assert (answer.reason, answer.due_fen) == (LeaveReason.PAYMENT_DUE, 900)

    scene.serve()
    scene.deliver(1)

    assert (scene.entry.state, scene.entry.block_reason) == (EntryState.NORMAL, "")
    assert scene.ask().reason is LeaveReason.CHARGE_ACCEPTED


def test_the_newest_word_on_a_car_counts_whatever_comes_first(scene):
    scene.enter()
    scene.sandbox.control("pay-settings", hold_notices=True)
    scene.serve(service_state="PAUSE")
    scene.sandbox.run(5)
    scene.serve()
    paused, normal = scene.sandbox.notices("VEHICLE.ENTRANCE_STATE_CHANGE")

    for notice in (normal, paused, normal):
        scene.sandbox.control("pay-deliver", id=notice["id"])
    scene.deliver(3)

    assert scene.entry.state == EntryState.NORMAL
    notices = WechatExchange.objects.filter(kind="entrance_notice").order_by("pk")
    assert [row.outcome for row in notices] == ["completed", "nothing_new"]


def test_a_second_entry_of_a_car_that_is_inside_is_refused_by_us(scene):
    scene.enter()
    elsewhere = make_car_park(scene.car_park.merchant, feed=scene.car_park.feed)
    parking.assign_tariff(car_park=elsewhere, tariff=scene.car_park.tariff, by=None)
    pass_gate(elsewhere, gate_row(elsewhere, "entry", Stay.objects.get().entered_at))

    report_entries()
    report_entries()

    assert list(WechatEntry.objects.order_by("pk").values_list("state", flat=True)) == [
        *(EntryState.NORMAL, EntryState.SECOND),
    ]
    assert len(scene.sandbox.documents("vehicle_entry")) == 1


def test_another_person_is_not_charged_for_a_plate_that_was_misread(scene):
    stay = scene.enter()
    parking.correct_plate(stay=stay, plate="浙A12B45", by=None)
    pass_gate(scene.car_park, gate_row(scene.car_park, "exit", scene.at(), "浙A12B45"))

    scene.end()

    assert scene.entry.state == EntryState.ENDED
    assert not WechatCharge.objects.exists()


def test_a_plate_is_asked_for_again_and_of_some_wechat_knows_nothing(scene):
    make_vehicle(scene.member, "浙A1234临", "paper")
    refresh_plates()
    assert scene.plate_states() == {"blue": "normal", "paper": "unserved"}

    scene.serve(service_state="PAUSE")
    refresh_plates()
    assert scene.plate_states()["blue"] == "normal"
    ask_plate_anew(vehicle=scene.vehicle)
    refresh_plates()

    assert scene.plate_states()["blue"] == "paused"
    scene.enter()
    assert not WechatEntry.objects.exists()


def test_a_notice_for_somebody_else_is_left_to_a_person(scene):
    scene.enter()
    scene.ask()
    scene.sandbox.trouble("notice", "wrong_amount")

    scene.settle()

    assert scene.charge.state == "accepted"
    scene.follow()
    assert scene.charge.state == "paid"
    assert PLATE not in repr(WechatExchange.objects.values())

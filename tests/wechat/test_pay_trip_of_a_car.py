"""A car of a person whose plate is served drives in and out: entries, their states, charges taken, paid, failed, repaid."""

from dataclasses import replace

import pytest
import requests

from district.wechat.pay import orders, parking, refunds
from district.wechat.pay.errors import PayError
from district.wechat.pay.notices import PARKING_CONTENTS, read_notice, verify_notice
from tests.wechat.fixtures import APPID
from tests.wechat.pay_calls import CHARGE, ENTRY, PLATE, code_of


@pytest.fixture
def served(sandbox):
    """小林 has opened the service for the plate."""

    def serve(**fields):
        return sandbox.control("pay-plate", person="小林", **PLATE | fields)

    serve()
    return serve


@pytest.fixture
def notices(receiver, shop):
    """What has come to the address of parking, once there are so many."""

    def read(number):
        received = receiver.wait_for(number)
        for headers, body in received:
            verify_notice(headers, body, platform=shop.platform, now=shop.now())
        found = [
            read_notice(body, shop.merchant.api_v3_keys, PARKING_CONTENTS) for _, body in received
        ]
        return [(notice.envelope.event_type, notice.content) for notice in found]

    return read


def enter(shop, receiver, **changed):
    entry = replace(ENTRY, notify_url=receiver.url, **changed)
    return parking.report_entry(shop, entry)


def charge_of(entered, receiver, **changed):
    paid_for = replace(CHARGE.parking, parking_id=entered.parking_id)
    fields = {"appid": APPID, "notify_url": receiver.url, "parking": paid_for} | changed
    return replace(CHARGE, **fields)


def service_of(sandbox, shop, person="小林"):
    openid = sandbox.openid(person)
    return parking.plate_service_of(shop, appid=APPID, openid=openid, **PLATE)


def test_a_plate_is_served_for_its_own_person(sandbox, shop, served):
    assert service_of(sandbox, shop).service_state == "NORMAL"
    assert service_of(sandbox, shop, "小王").service_state == "OUT_SERVICE"

    served(service_state="PAUSE")

    assert service_of(sandbox, shop).service_state == "PAUSE"


def test_a_car_comes_leaves_and_is_charged_after_it_left(sandbox, shop, receiver, served, notices):
    entered = enter(shop, receiver)
    assert enter(shop, receiver) == entered
    assert (entered.state, entered.block_reason) == ("NORMAL", None)
    other = replace(ENTRY, notify_url=receiver.url, parking_name="别处")
    assert code_of(lambda: parking.report_entry(shop, other)) == (400, "INVALID_REQUEST")
    charge = charge_of(entered, receiver)

    accepted = parking.charge_parking(shop, charge)

    assert (accepted.trade_state, accepted.success_time) == ("ACCEPTED", None)
    assert parking.charge_parking(shop, charge) == accepted
    dearer = replace(charge, total_fen=1300)
    assert code_of(lambda: parking.charge_parking(shop, dearer)) == (400, "INVALID_REQUEST")
    second = replace(charge, out_trade_no="PARK-0003")
    assert code_of(lambda: parking.charge_parking(shop, second)) == (400, "INVALID_REQUEST")
    sandbox.run(3)
    ((event, paid),) = notices(1)
    assert (event, paid.trade_state, paid.total_fen) == ("TRANSACTION.SUCCESS", "SUCCESS", 1200)
    assert parking.charge_by_out_trade_no(shop, charge.out_trade_no) == paid

    refund = refunds.RefundRequest(
        out_refund_no="R-9", transaction_id=paid.transaction_id, refund_fen=500, total_fen=1200
    )
    assert refunds.request_refund(shop, refund).out_trade_no == charge.out_trade_no
    sandbox.run(3)
    assert parking.charge_by_out_trade_no(shop, charge.out_trade_no).trade_state == "REFUND"


def test_a_charge_whose_answer_was_lost_is_asked_for(sandbox, shop, receiver, served):
    charge = charge_of(enter(shop, receiver), receiver)
    sandbox.trouble("charge_parking", "cut", times=3)

    with pytest.raises(PayError) as lost:
        parking.charge_parking(shop, charge)

    assert lost.value.is_outcome_unknown
    assert parking.charge_by_out_trade_no(shop, charge.out_trade_no).trade_state == "ACCEPTED"
    assert code_of(lambda: parking.charge_by_out_trade_no(shop, "NONE-1")) == (
        *(404, "ORDER_NOT_EXIST"),
    )
    assert code_of(lambda: orders.order_by_out_trade_no(shop, charge.out_trade_no)) == (
        *(404, "ORDER_NOT_EXIST"),
    )


def test_a_charge_that_fails_is_a_debt_that_blocks_the_plate_until_it_is_repaid(
    sandbox, shop, receiver, served, notices
):
    sandbox.control("pay-settings", charge_outcome="FAIL")
    charge = charge_of(enter(shop, receiver), receiver)
    parking.charge_parking(shop, charge)
    elsewhere = enter(shop, receiver, out_parking_no="sty_2")
    assert elsewhere.state == "NORMAL"

    sandbox.run(3)

    (_, blocked), (event, failed) = notices(2)
    assert (blocked.parking_state, blocked.blocked_state_description) == ("BLOCKED", "OVERDUE")
    assert (event, failed.trade_state) == ("TRANSACTION.FAIL", "FAIL")
    asked = parking.charge_by_out_trade_no(shop, charge.out_trade_no)
    assert asked.trade_state == parking.ChargeState.PAY_FAIL
    refused = charge_of(elsewhere, receiver, out_trade_no="PARK-0004")
    assert code_of(lambda: parking.charge_parking(shop, refused)) == (403, "RULE_LIMIT")

    sandbox.control("pay-repay-charge", out_trade_no=charge.out_trade_no)

    (_, free), (event, repaid) = notices(4)[2:]
    assert (free.parking_state, free.parking_id) == ("NORMAL", elsewhere.parking_id)
    assert (event, repaid.trade_state, repaid.user_repaid) == (
        *("TRANSACTION.PAY_BACK", "SUCCESS", "Y"),
    )


def test_wechat_may_advance_the_money(sandbox, shop, receiver, served, notices):
    charge = charge_of(enter(shop, receiver), receiver)
    parking.charge_parking(shop, charge)

    sandbox.control("pay-settle-charge", out_trade_no=charge.out_trade_no, outcome="ADVANCE")

    ((event, paid),) = notices(1)
    assert (event, paid.bank_type, paid.user_repaid) == ("TRANSACTION.SUCCESS", "BPA", "N")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"service_state": "PAUSE"}, "PAUSE"),
        ({"service_state": "OUT_SERVICE"}, "OUT_SERVICE"),
        ({"owes": True}, "OVERDUE"),
        ({"fails_evaluation": True}, "EVALUATION_FAILED"),
    ],
)
def test_a_car_that_cannot_be_charged_says_why(shop, receiver, served, fields, reason):
    served(**fields)

    entered = enter(shop, receiver)

    assert (entered.state, entered.block_reason) == ("BLOCKED", reason)


def test_the_page_warns_of_a_second_entry_of_a_car_that_is_inside(sandbox, shop, receiver, served):
    enter(shop, receiver)
    assert "应由商户拒绝" not in requests.get(sandbox.base, timeout=5).text

    enter(shop, receiver, out_parking_no="sty_2")

    page = requests.get(sandbox.base, timeout=5).text
    assert "应由商户拒绝" in page
    assert "浙A12345 湖滨停车场 NORMAL" in page

"""What the client asks WeChat Pay, byte for byte, and what it reads in the answers."""

from dataclasses import replace

import pytest

from district.wechat.pay import business_circle, orders, parking, refunds
from tests.wechat.pay_calls import (
    APPID,
    CHARGE,
    CHARGE_ANSWER,
    ENTRY,
    OPENID,
    ORDER,
    PLATE,
    POINTS,
    REFUND,
    REFUND_ANSWER,
)
from tests.wechat.pay_fixtures import (
    NOW,
    PUBLIC_KEY_ID,
    signature_of,
)


def test_an_order_is_placed_and_signed_for_the_phone(pay, platform, merchant_key):
    platform.answers = [(200, {"prepay_id": "wx201410272009395522657a690389285100"})]

    prepay_id = orders.place_order(pay, ORDER)
    parameters = orders.payment_parameters(pay, appid=APPID, prepay_id=prepay_id)

    assert platform.sent == {
        "mchid": "1900000109",
        "appid": APPID,
        "description": "停车费",
        "out_trade_no": "PARK-0001",
        "notify_url": "https://district.example/notices/pay",
        "amount": {"total": 1500, "currency": "CNY"},
        "payer": {"openid": OPENID},
        "time_expire": "2026-05-01T12:15:00+08:00",
        "scene_info": {"payer_client_ip": "14.23.150.211"},
    }
    assert parameters["package"] == "prepay_id=wx201410272009395522657a690389285100"
    assert (parameters["timeStamp"], parameters["signType"]) == (str(int(NOW.timestamp())), "RSA")
    text = (
        f"{APPID}\n{parameters['timeStamp']}\n{parameters['nonceStr']}\n{parameters['package']}\n"
    )
    assert parameters["paySign"] == signature_of(merchant_key, text.encode())


def test_a_request_says_who_asks_and_which_key_we_know(pay, platform):
    platform.answers = [(204, b"")]

    orders.close_order(pay, "PARK-0001")

    headers = platform.requests[0].headers
    assert headers["Wechatpay-Serial"] == PUBLIC_KEY_ID
    assert headers["Content-Type"] == headers["Accept"] == "application/json"
    assert headers["Authorization"].startswith("WECHATPAY2-SHA256-RSA2048 mchid=")
    assert platform.timeouts == [(3.05, 5.0)]
    assert platform.targets == ["/v3/pay/transactions/out-trade-no/PARK-0001/close"]


def test_queries_name_the_merchant_and_read_what_there_is(pay, platform):
    unpaid = {"appid": APPID, "mchid": "1900000109", "out_trade_no": "PARK-0001"}
    platform.answers = [(200, unpaid | {"trade_state": "NOTPAY"})]

    by_ours = orders.order_by_out_trade_no(pay, "PARK-0001")
    orders.order_by_transaction_id(pay, "4200000001")

    assert by_ours.trade_state == orders.TradeState.NOTPAY
    assert platform.targets == [
        "/v3/pay/transactions/out-trade-no/PARK-0001?mchid=1900000109",
        "/v3/pay/transactions/id/4200000001?mchid=1900000109",
    ]


def test_a_refund_names_its_order_once(pay, platform):
    platform.answers = [(200, REFUND_ANSWER)]

    refund = refunds.request_refund(pay, REFUND)

    assert (refund.status, refund.refund_fen) == (refunds.RefundStatus.PROCESSING, 500)
    assert platform.sent == {
        "out_refund_no": "R-1",
        "amount": {"refund": 500, "total": 1500, "currency": "CNY"},
        "out_trade_no": "PARK-0001",
    }
    assert refunds.refund_by_out_refund_no(pay, "R-1@|") == refund
    assert platform.targets[-1] == "/v3/refund/domestic/refunds/R-1%40%7C"
    unnamed = refunds.RefundRequest(out_refund_no="R-2", refund_fen=1, total_fen=1)
    with pytest.raises(ValueError, match="names its order"):
        refunds.request_refund(pay, unnamed)


def test_no_points_are_an_answer_too(pay, platform):
    platform.answers = [(204, b"")]

    business_circle.notify_points(pay, POINTS)

    assert (platform.sent["earn_points"], platform.sent["increased_points"]) == (False, 0)


@pytest.mark.parametrize(
    ("answer", "pending"),
    [((200, {"points_commit_status": "PENDING"}), True), ((204, b""), False), ((200, {}), False)],
)
def test_the_smart_district_is_asked_about_a_person(pay, platform, answer, pending):
    platform.answers = [answer]

    asked = business_circle.has_pending_points(pay, openid=OPENID, appid=APPID, brandid=1000)

    assert asked is pending
    assert platform.targets == [
        f"/v3/businesscircle/users/{OPENID}/points/commit_status?brandid=1000&appid={APPID}"
    ]


def test_an_authorisation_is_read(pay, platform):
    platform.answers = [
        (200, {"openid": OPENID, "authorize_state": "AUTHORIZED"}),
    ]

    authorization = business_circle.authorization_of(pay, openid=OPENID, appid=APPID)

    assert authorization.state == business_circle.AuthorizationState.AUTHORIZED
    assert authorization.deauthorize_time is None


def test_the_hanzi_of_a_plate_are_encoded_before_they_are_signed(pay, platform):
    platform.answers = [(200, {"service_state": "NORMAL"} | PLATE)]

    service = parking.plate_service_of(pay, appid=APPID, openid=OPENID, **PLATE)

    assert service.service_state == parking.ServiceState.NORMAL
    assert platform.targets == [
        f"/v3/vehicle/parking/services/find?appid={APPID}"
        f"&plate_number=%E6%B5%99A12345&plate_color=BLUE&openid={OPENID}"
    ]
    assert "A12345" not in repr(service)


def test_an_entry_says_that_nothing_is_free(pay, platform):
    answer = {"id": "5K8264ILTKCH16CQ250", "out_parking_no": "sty_1"}
    platform.answers = [(200, answer | {"state": "BLOCKED", "block_reason": "OVERDUE"})]

    entry = parking.report_entry(pay, ENTRY)

    assert (entry.parking_id, entry.state, entry.block_reason) == (
        *("5K8264ILTKCH16CQ250", parking.EntranceState.BLOCKED, parking.BlockReason.OVERDUE),
    )
    assert platform.sent == {
        "out_parking_no": "sty_1",
        "plate_number": "浙A12345",
        "plate_color": "BLUE",
        "notify_url": "https://district.example/notices/parking",
        "start_time": "2026-05-01T12:00:00+08:00",
        "parking_name": "湖滨停车场",
        "free_duration": 0,
    }


def test_a_charge_is_that_of_our_merchant_also_where_the_answer_does_not_say_so(pay, platform):
    platform.answers = [(200, CHARGE_ANSWER)]

    charged = parking.charge_parking(pay, CHARGE)

    assert (charged.trade_state, charged.sp_mchid) == ("ACCEPTED", "1900000109")
    assert platform.sent["parking_info"]["charging_duration"] == 4200
    assert (platform.sent["trade_scene"], platform.sent["amount"]) == (
        *("PARKING", {"total": 1200, "currency": "CNY"}),
    )


@pytest.mark.parametrize(
    ("row", "changed"),
    [
        (ENTRY, {"plate_number": "浙A·12345"}),
        (ENTRY, {"plate_number": ""}),
        (ENTRY, {"plate_color": "PINK"}),
        (ENTRY, {"out_parking_no": "n" * 65}),
        (ENTRY, {"parking_name": ""}),
        (ENTRY, {"free_duration_seconds": -1}),
        (CHARGE, {"total_fen": 0}),
        (CHARGE, {"out_trade_no": "n" * 33}),
        (CHARGE.parking, {"end_time": ENTRY.start_time.replace(hour=0)}),
        (CHARGE.parking, {"device_id": "d" * 33}),
    ],
)
def test_what_wechat_would_not_take_is_not_sent(row, changed):
    with pytest.raises(ValueError, match=r"plate|colour|characters|free|nothing|ends"):
        replace(row, **changed)

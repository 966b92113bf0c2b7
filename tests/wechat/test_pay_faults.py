"""When answers are lost, wrong, late or refused: what the client does, and what WeChat Pay then knows."""

import io
import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from district.wechat.pay import bills, business_circle, orders, refunds
from district.wechat.pay.client import Limits
from district.wechat.pay.errors import (
    ApiError,
    BadSignature,
    BillCorrupt,
    SignatureProbe,
    StaleTimestamp,
    UnknownKey,
    Unreachable,
)

ONCE = Limits(answer_seconds=1.0, repeat_delays=())


def test_an_order_whose_answer_was_lost_is_placed_once(shop, sandbox, make_order):
    sandbox.trouble("place_order", "cut")

    prepay_id = orders.place_order(shop, make_order(out_trade_no="PARK-LOST"))

    assert sandbox.calls("place_order") == 2
    assert orders.place_order(shop, make_order(out_trade_no="PARK-LOST")) == prepay_id


def test_a_refund_whose_answer_was_lost_is_made_once(shop, sandbox, make_order):
    order = make_order(shop)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    sandbox.trouble("request_refund", "cut", times=2)
    request = refunds.RefundRequest(
        out_refund_no="R-1", refund_fen=1500, total_fen=1500, out_trade_no=order.out_trade_no
    )

    refund = refunds.request_refund(shop, request)

    assert (sandbox.calls("request_refund"), len(sandbox.documents("refund"))) == (3, 1)
    assert refund == refunds.refund_by_out_refund_no(shop, "R-1")


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("http", {"number": 502}),
        ("refuse", {"number": 500, "code": "SYSTEM_ERROR"}),
        ("refuse", {"number": 429, "code": "FREQUENCY_LIMITED"}),
        ("latency", {"seconds": 1.5}),
        ("cut", {}),
        ("probe", {}),
    ],
)
def test_what_may_pass_is_tried_again_and_passes(sandbox, make_order, kind, details):
    sandbox.trouble("place_order", kind, times=2, **details)
    client = sandbox.client(limits=Limits(answer_seconds=1.0, repeat_delays=(0, 0)))

    assert orders.place_order(client, make_order()).startswith("wx")
    assert sandbox.calls("place_order") == 3


@pytest.mark.parametrize(
    ("kind", "details", "error", "is_unknown"),
    [
        ("http", {"number": 503}, ApiError, True),
        ("refuse", {"number": 429, "code": "FREQUENCY_LIMITED"}, ApiError, False),
        ("refuse", {"number": 403, "code": "RULE_LIMIT"}, ApiError, False),
        ("latency", {"seconds": 1.5}, Unreachable, True),
        ("cut", {}, Unreachable, True),
        ("garbage", {}, BadSignature, True),
        ("bad_signature", {}, BadSignature, True),
        ("probe", {}, SignatureProbe, True),
        ("stale", {}, StaleTimestamp, True),
        ("unknown_serial", {}, UnknownKey, True),
        ("certificate", {}, UnknownKey, True),
    ],
)
def test_each_trouble_has_its_error_and_says_whether_the_order_may_stand(
    sandbox, make_order, kind, details, error, is_unknown
):
    sandbox.trouble("place_order", kind, **details)

    order = make_order()

    with pytest.raises(error) as refused:
        orders.place_order(sandbox.client(limits=ONCE), order)

    assert type(refused.value) is error
    assert refused.value.is_outcome_unknown is is_unknown
    if not is_unknown:
        placed = [known["request"]["out_trade_no"] for known in sandbox.documents("order")]
        assert order.out_trade_no not in placed


def test_a_bill_that_arrives_broken_is_refused(shop, sandbox, make_order):
    order = make_order(shop)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    day = sandbox.now.date()
    sandbox.run(2 * 86400)
    link = bills.request_trade_bill(shop, day)
    sandbox.trouble("download_bill", "garbage")

    with pytest.raises(BillCorrupt):
        bills.download_bill(shop, link, io.BytesIO())

    assert bills.download_bill(shop, link, io.BytesIO()) > 500


@pytest.mark.parametrize("setting", ["mchid", "serial_no"])
def test_who_signs_as_another_is_refused(sandbox, make_order, setting):
    client = sandbox.client(merchant=replace(sandbox.merchant, **{setting: "another"}), limits=ONCE)

    with pytest.raises(ApiError) as refused:
        orders.close_order(client, "PARK-0001")

    assert (refused.value.status, refused.value.code) == (401, "SIGN_ERROR")
    assert refused.value.request_id.endswith("-268443699")


def test_a_clock_that_is_wrong_is_refused_by_wechat_first(sandbox):
    for hours in (-1, 1):
        late = datetime.now(UTC) + timedelta(hours=hours)
        client = sandbox.client(clock=lambda moment=late: moment, limits=ONCE)
        with pytest.raises(ApiError) as refused:
            orders.close_order(client, "PARK-0001")
        assert refused.value.code == "SIGN_ERROR"


def test_no_log_of_a_whole_trip_holds_a_person(sandbox, make_order, caplog):
    caplog.set_level(logging.DEBUG)
    client = sandbox.client()
    sandbox.trouble("place_order", "cut")
    order = make_order(client, attach="ATTACHED")
    with pytest.raises(ApiError):
        business_circle.report_parking(
            client,
            business_circle.ParkingState(
                brandid=1,
                appid=order.appid,
                openid=order.openid,
                plate_number="粤B888888",
                state="IN",
                time=sandbox.now,
            ),
        )
    business_circle.authorization_of(client, openid=order.openid, appid=order.appid)

    text = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "call repeated" in text
    for hidden in (
        order.openid,
        "粤B888888",
        "ATTACHED",
        "signature=",
        sandbox.setting("API_V3_KEYS"),
    ):
        assert hidden not in text


def test_the_field_that_wechat_complains_of_is_in_the_log(shop, make_order, caplog):
    caplog.set_level(logging.INFO)
    with pytest.raises(ApiError) as refused:
        orders.place_order(shop, make_order(total_fen=0))

    assert refused.value.field == "/body/amount/total"
    assert [record.field for record in caplog.records if record.message == "call refused"] == [
        "/body/amount/total"
    ]


def test_an_unknown_order_is_told_apart(shop):
    with pytest.raises(ApiError) as refused:
        orders.order_by_out_trade_no(shop, "PARK-9999")

    assert (refused.value.status, refused.value.code) == (404, "ORDER_NOT_EXIST")


def test_tills_that_ask_for_the_same_at_once_get_the_same(shop, sandbox, make_order):
    order = make_order()
    request = refunds.RefundRequest(
        out_refund_no="R-1", refund_fen=1500, total_fen=1500, out_trade_no=order.out_trade_no
    )

    with ThreadPoolExecutor(4) as pool:
        prepay_ids = set(pool.map(lambda _: orders.place_order(shop, order), range(8)))
        sandbox.control("pay-order", out_trade_no=order.out_trade_no)
        refund_ids = {
            refund.refund_id
            for refund in pool.map(lambda _: refunds.request_refund(shop, request), range(8))
        }

    assert (len(prepay_ids), len(refund_ids)) == (1, 1)

"""Whole ways of money through client and sandbox, over HTTP, with real keys: pay, refund, bill, points."""

import io
from datetime import timedelta

import pytest

from district.wechat.pay import bills, orders, refunds
from district.wechat.pay.bill_rows import fund_flow_bill_rows, trade_bill_rows
from district.wechat.pay.certificates import load_certificates
from district.wechat.pay.keys import PlatformKeys
from tests.wechat.fixtures import APPID
from tests.wechat.pay_calls import code_of


def test_an_order_is_placed_paid_on_the_phone_told_and_found(
    shop, sandbox, make_order, receiver, read
):
    order = make_order(attach="PARK")
    prepay_id = orders.place_order(shop, order)
    parameters = orders.payment_parameters(shop, appid=APPID, prepay_id=prepay_id)
    assert orders.order_by_out_trade_no(shop, order.out_trade_no).trade_state == "NOTPAY"

    sandbox.control("pay-order", **parameters)

    (received,) = receiver.wait_for(1)
    notice = read(received)
    assert notice.envelope.event_type == "TRANSACTION.SUCCESS"
    paid = notice.content
    assert (paid.trade_state, paid.total_fen, paid.attach) == ("SUCCESS", 1500, "PARK")
    assert (paid.appid, paid.mchid, paid.openid) == (APPID, shop.merchant.mchid, order.openid)
    assert orders.order_by_out_trade_no(shop, order.out_trade_no) == paid
    assert orders.order_by_transaction_id(shop, paid.transaction_id) == paid


def test_parameters_for_the_phone_with_a_wrong_signature_pay_nothing(shop, sandbox, make_order):
    order = make_order()
    prepay_id = orders.place_order(shop, order)
    parameters = orders.payment_parameters(shop, appid=APPID, prepay_id=prepay_id)

    with pytest.raises(AssertionError, match="SIGN_ERROR"):
        sandbox.control("pay-order", **parameters | {"timeStamp": "1"})

    assert orders.order_by_out_trade_no(shop, order.out_trade_no).trade_state == "NOTPAY"


def test_the_same_order_may_be_placed_again_and_another_under_its_number_may_not(
    shop, sandbox, make_order
):
    order = make_order()

    assert orders.place_order(shop, order) == orders.place_order(shop, order)
    other = make_order(out_trade_no=order.out_trade_no, total_fen=1)
    assert code_of(lambda: orders.place_order(shop, other)) == (400, "INVALID_REQUEST")
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    assert code_of(lambda: orders.place_order(shop, order)) == (400, "ORDERPAID")
    assert code_of(lambda: orders.close_order(shop, order.out_trade_no)) == (400, "ORDERPAID")


def test_a_closed_order_cannot_be_paid_and_may_be_closed_again(shop, sandbox, make_order):
    order = make_order(shop)

    for _ in range(2):
        orders.close_order(shop, order.out_trade_no)

    assert orders.order_by_out_trade_no(shop, order.out_trade_no).trade_state == "CLOSED"
    assert code_of(lambda: orders.place_order(shop, order)) == (400, "ORDER_CLOSED")
    with pytest.raises(AssertionError, match="订单已关闭"):
        sandbox.control("pay-order", out_trade_no=order.out_trade_no)


def test_an_order_ends_at_its_time_and_the_prepay_id_after_two_hours(shop, sandbox, make_order):
    short = make_order(shop, time_expire=sandbox.now + timedelta(minutes=15))
    long = make_order(shop)
    sandbox.run(15 * 60)

    assert orders.order_by_out_trade_no(shop, short.out_trade_no).trade_state == "CLOSED"
    sandbox.run(105 * 60 + 1)
    with pytest.raises(AssertionError, match="prepay_id 已过期"):
        sandbox.control("pay-order", out_trade_no=long.out_trade_no)
    orders.place_order(shop, long)
    sandbox.control("pay-order", out_trade_no=long.out_trade_no)


@pytest.mark.parametrize("by", ["out_trade_no", "transaction_id"])
def test_a_refund_is_in_process_then_through_and_told(
    shop, sandbox, make_order, receiver, read, by
):
    order = make_order(shop)
    paid = sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    receiver.wait_for(1)
    request = refunds.RefundRequest(
        out_refund_no="R-1@|",
        refund_fen=500,
        total_fen=1500,
        notify_url=receiver.url,
        **{by: paid[by]},
    )

    first = refunds.request_refund(shop, request)
    again = refunds.request_refund(shop, request)
    sandbox.run(2)

    assert first == again
    assert first.status == refunds.RefundStatus.PROCESSING
    notice = read(receiver.wait_for(2)[1])
    assert notice.envelope.event_type == "REFUND.SUCCESS"
    assert (notice.content.status, notice.content.refund_fen) == ("SUCCESS", 500)
    found = refunds.refund_by_out_refund_no(shop, "R-1@|")
    assert (found.status, found.success_time) == ("SUCCESS", notice.content.success_time)
    assert orders.order_by_out_trade_no(shop, order.out_trade_no).trade_state == "REFUND"


def test_refunds_never_exceed_the_order_and_keep_to_their_number(shop, sandbox, make_order):
    order = make_order(shop)

    def refund(number, fen, total=1500):
        request = refunds.RefundRequest(
            out_refund_no=number, refund_fen=fen, total_fen=total, out_trade_no=order.out_trade_no
        )
        return refunds.request_refund(shop, request)

    assert code_of(lambda: refund("R-0", 1)) == (400, "INVALID_REQUEST")
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    refund("R-1", 1000)
    assert code_of(lambda: refund("R-1", 999)) == (400, "INVALID_REQUEST")
    assert code_of(lambda: refund("R-2", 501)) == (400, "INVALID_REQUEST")
    assert code_of(lambda: refund("R-2", 1, total=1499)) == (400, "INVALID_REQUEST")
    assert refund("R-2", 500).refund_fen == 500
    assert code_of(lambda: refunds.refund_by_out_refund_no(shop, "R-9")) == (
        404,
        "RESOURCE_NOT_EXISTS",
    )


def test_an_order_takes_fifty_refunds(shop, sandbox, make_order):
    order = make_order(shop)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)

    def refund(number):
        return refunds.request_refund(
            shop,
            refunds.RefundRequest(
                out_refund_no=f"R-{number}",
                refund_fen=1,
                total_fen=1500,
                out_trade_no=order.out_trade_no,
            ),
        )

    for number in range(50):
        refund(number)

    assert code_of(lambda: refund(50)) == (400, "INVALID_REQUEST")


@pytest.mark.parametrize("outcome", ["ABNORMAL", "CLOSED"])
def test_a_refund_may_fail_and_says_so(shop, sandbox, make_order, receiver, read, outcome):
    order = make_order(shop)
    sandbox.control("pay-settings", refund_seconds=9999)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    request = refunds.RefundRequest(
        out_refund_no="R-1",
        refund_fen=1500,
        total_fen=1500,
        out_trade_no=order.out_trade_no,
        notify_url=receiver.url,
    )
    refunds.request_refund(shop, request)

    sandbox.control("pay-settle-refund", out_refund_no="R-1", status=outcome)

    notice = read(receiver.wait_for(2)[1])
    assert (notice.envelope.event_type, notice.content.status) == (f"REFUND.{outcome}", outcome)
    assert notice.content.success_time is None


def test_a_coupon_of_wechat_pays_a_part(shop, sandbox, make_order, receiver, read):
    order = make_order(shop)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no, coupon_fen=300)

    paid = read(receiver.wait_for(1)[0]).content
    request = refunds.RefundRequest(
        out_refund_no="R-1", refund_fen=500, total_fen=1500, out_trade_no=order.out_trade_no
    )
    refund = refunds.request_refund(shop, request)

    assert (paid.total_fen, paid.payer_total_fen) == (1500, 1200)
    assert [promotion.amount_fen for promotion in paid.promotions] == [300]
    assert (refund.payer_refund_fen, refund.discount_refund_fen) == (400, 100)


def test_the_bills_of_a_day_hold_its_payments_and_refunds(shop, sandbox, make_order):
    to_noon = (sandbox.now.replace(hour=12, minute=0) - sandbox.now) % timedelta(days=1)
    sandbox.run(to_noon.total_seconds())
    day = sandbox.now.date()
    first, second = make_order(shop), make_order(shop, total_fen=1)
    for order in (first, second):
        sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    request = refunds.RefundRequest(
        out_refund_no="R-1", refund_fen=500, total_fen=1500, out_trade_no=first.out_trade_no
    )
    refunds.request_refund(shop, request)
    sandbox.run(60)

    assert code_of(lambda: bills.request_trade_bill(shop, day)) == (400, "PARAM_ERROR")
    sandbox.run(21 * 3600)
    assert code_of(lambda: bills.request_trade_bill(shop, day)) == (400, "STATEMENT_CREATING")
    sandbox.run(2 * 3600)
    trade, flow = io.BytesIO(), io.BytesIO()
    bills.download_bill(shop, bills.request_trade_bill(shop, day), trade)
    bills.download_bill(shop, bills.request_fund_flow_bill(shop, day), flow)

    rows = list(trade_bill_rows(io.StringIO(trade.getvalue().decode(), newline="")))
    assert [(row.trade_state, row.out_trade_no, row.total_fen, row.refund_fen) for row in rows] == [
        ("SUCCESS", first.out_trade_no, 1500, 0),
        ("SUCCESS", second.out_trade_no, 1, 0),
        ("REFUND", first.out_trade_no, 0, 500),
    ]
    assert rows[0].description == "停车费, 2 小时"
    moves = list(fund_flow_bill_rows(io.StringIO(flow.getvalue().decode(), newline="")))
    assert [move.amount_fen for move in moves] == [1500, 9, 1, 500]
    assert moves[-1].balance_fen == 992
    yesterday = day - timedelta(days=1)
    assert code_of(lambda: bills.request_trade_bill(shop, yesterday)) == (400, "NO_STATEMENT_EXIST")


def test_an_address_of_a_bill_is_good_for_some_minutes(shop, sandbox, make_order):
    order = make_order(shop)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    day = sandbox.now.date()
    sandbox.run(2 * 86400)
    link = bills.request_trade_bill(shop, day)
    sandbox.run(301)

    assert code_of(lambda: bills.download_bill(shop, link, io.BytesIO())) == (
        404,
        "RESOURCE_NOT_EXISTS",
    )


def test_a_merchant_without_the_public_key_lives_on_certificates(sandbox, make_order, receiver):
    client = sandbox.client(platform=PlatformKeys())
    load_certificates(client)

    order = make_order(client)
    sandbox.control("pay-rotate-certificate")
    # Signed with the one whose number we send: the old one is still good.
    assert orders.order_by_out_trade_no(client, order.out_trade_no).trade_state == "NOTPAY"

    assert len(load_certificates(client)) >= 2
    assert orders.order_by_out_trade_no(client, order.out_trade_no).trade_state == "NOTPAY"

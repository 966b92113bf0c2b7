"""Members pay in stores of the district: notices, the answer about points, refunds, who withdrew, who parked."""

import pytest

from district.wechat.pay import business_circle
from tests.wechat.fixtures import APPID
from tests.wechat.pay_calls import code_of


def test_a_member_pays_in_a_store_and_the_district_answers(shop, sandbox, receiver, read):
    sandbox.control("pay-settings", mall_notify_url=receiver.url)
    openid = sandbox.openid()
    assert authorization(shop, openid).state == "UNAUTHORIZED"

    sandbox.control("pay-mall-authorize", person="小林")
    paid = sandbox.control("pay-mall-payment", person="小林", amount_fen=8800, shop_number="S-7")

    card, payment = (read(received).content for received in receiver.wait_for(2))
    assert (card.openid, card.auth_type) == (openid, "REGISTERED_AND_AUTHORIZATION_MODE")
    assert (payment.amount_fen, payment.shop_number, payment.commit_tag) == (8800, "S-7", None)
    assert authorization(shop, openid).state == "AUTHORIZED"
    assert is_pending(shop, openid)
    update = points_for(payment, earn_points=True, increased_points=88)
    for _ in range(2):
        business_circle.notify_points(shop, update)
    assert not is_pending(shop, openid)
    assert sandbox.documents("points")[0]["increased_points"] == 88
    other = points_for(payment, earn_points=False, increased_points=0)
    assert code_of(lambda: business_circle.notify_points(shop, other)) == (400, "INVALID_REQUEST")
    assert paid["transaction_id"] == payment.transaction_id


def authorization(client, openid):
    return business_circle.authorization_of(client, openid=openid, appid=APPID)


def is_pending(client, openid):
    return business_circle.has_pending_points(client, openid=openid, appid=APPID, brandid=1000)


def points_for(payment, **values):
    return business_circle.PointsUpdate(
        transaction_id=payment.transaction_id,
        appid=payment.appid,
        openid=payment.openid,
        points_update_time=payment.time_end,
        **values,
    )


def test_a_refund_in_a_store_is_told_only_once_the_payment_was_answered(
    shop, sandbox, receiver, read
):
    sandbox.control("pay-settings", mall_notify_url=receiver.url, commit_status_body=True)
    sandbox.control("pay-mall-authorize", person="小林")
    paid = sandbox.control("pay-mall-payment", person="小林", amount_fen=8800, asked_by_hand=True)
    payment = read(receiver.wait_for(2)[1]).content
    assert payment.commit_tag

    silent = sandbox.control(
        "pay-mall-refund", transaction_id=paid["transaction_id"], refund_fen=100
    )
    business_circle.notify_points(shop, points_for(payment, earn_points=False, increased_points=0))
    sandbox.control("pay-mall-refund", transaction_id=paid["transaction_id"], refund_fen=8700)

    refund = read(receiver.wait_for(3)[2]).content
    assert (refund.pay_amount_fen, refund.refund_amount_fen) == (8800, 8700)
    assert refund.refund_id != silent["refund_id"]
    assert not is_pending(shop, payment.openid)
    with pytest.raises(AssertionError, match="累计退款金额"):
        sandbox.control("pay-mall-refund", transaction_id=paid["transaction_id"], refund_fen=1)


def test_who_withdrew_is_not_told_of_and_found_by_asking(shop, sandbox, receiver):
    sandbox.control("pay-settings", mall_notify_url=receiver.url)
    sandbox.control("pay-mall-authorize", person="小林")
    sandbox.control("pay-mall-withdraw", person="小林")
    sandbox.control("pay-mall-payment", person="小林", amount_fen=100)

    asked = authorization(shop, sandbox.openid())

    assert asked.state == "DEAUTHORIZED"
    assert asked.deauthorize_time >= asked.authorize_time
    assert [notice["event_type"] for notice in sandbox.notices()] == ["MALL_AUTH.ACTIVATE_CARD"]


def test_a_parked_member_is_reported(shop, sandbox):
    parked = business_circle.ParkingState(
        brandid=1000,
        appid=APPID,
        openid=sandbox.openid(),
        plate_number="粤B888888",
        state="IN",
        time=sandbox.now,
    )
    assert code_of(lambda: business_circle.report_parking(shop, parked)) == (403, "NO_AUTH")
    sandbox.control("pay-mall-authorize", person="小林")

    business_circle.report_parking(shop, parked)

    assert [car["state"] for car in sandbox.documents("parking")] == ["IN"]

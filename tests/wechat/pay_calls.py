"""Requests that the tests of the client make, an answer to one, and how they are refused."""

from datetime import timedelta

import pytest

from district.wechat.pay import business_circle, orders, parking, refunds
from district.wechat.pay.errors import ApiError
from tests.wechat.pay_fixtures import NOW

APPID, OPENID = "wxd678efh567hg6787", "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
ORDER = orders.JsapiOrder(
    appid=APPID,
    description="停车费",
    out_trade_no="PARK-0001",
    notify_url="https://district.example/notices/pay",
    total_fen=1500,
    openid=OPENID,
    time_expire=NOW + timedelta(minutes=15),
    payer_client_ip="14.23.150.211",
)
POINTS = business_circle.PointsUpdate(
    transaction_id="4200000001",
    appid=APPID,
    openid=OPENID,
    earn_points=False,
    increased_points=0,
    points_update_time=NOW,
    no_points_remarks="商品不参与积分",
)
PARKING = business_circle.ParkingState(
    brandid=1000, appid=APPID, openid=OPENID, plate_number="粤B888888", state="IN", time=NOW
)
PLATE = {"plate_number": "浙A12345", "plate_color": parking.PlateColor.BLUE}
ENTRY = parking.ParkingEntry(
    **PLATE,
    out_parking_no="sty_1",
    notify_url="https://district.example/notices/parking",
    start_time=NOW,
    parking_name="湖滨停车场",
    free_duration_seconds=0,
)
CHARGE = parking.ParkingCharge(
    appid=APPID,
    description="湖滨停车场停车费",
    out_trade_no="PARK-0002",
    notify_url=ENTRY.notify_url,
    total_fen=1200,
    parking=parking.ChargedParking(
        **PLATE,
        parking_id="5K8264ILTKCH16CQ250",
        start_time=NOW,
        end_time=NOW + timedelta(minutes=70),
        parking_name=ENTRY.parking_name,
        charging_seconds=4200,
        device_id="exit-1",
    ),
)
CHARGE_ANSWER = {
    "appid": APPID,
    "out_trade_no": CHARGE.out_trade_no,
    "trade_state": "ACCEPTED",
    "trade_scene": "PARKING",
    "amount": {"total": CHARGE.total_fen},
}
REFUND = refunds.RefundRequest(
    out_trade_no="PARK-0001", out_refund_no="R-1", refund_fen=500, total_fen=1500
)
REFUND_ANSWER = {
    "refund_id": "50000000382019052709732678859",
    "out_refund_no": "R-1",
    "transaction_id": "4200000001",
    "out_trade_no": "PARK-0001",
    "status": "PROCESSING",
    "create_time": "2026-05-01T12:00:00+08:00",
    "amount": {"total": 1500, "refund": 500},
}


def code_of(ask):
    """Status and code with which WeChat Pay refuses this call."""
    with pytest.raises(ApiError) as refused:
        ask()
    return refused.value.status, refused.value.code

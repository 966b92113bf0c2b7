"""Every documented field is read, or ignored by name; nothing wrong is taken for right."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from district.wechat.pay.business_circle import (
    CardActivated,
    MallAuthorization,
    MallPaymentNotice,
    MallRefundNotice,
    ParkingState,
    PointsUpdate,
)
from district.wechat.pay.complaint_address import NotificationAddress
from district.wechat.pay.complaints import (
    ComplaintMedia,
    ComplaintNotice,
    ComplaintOrder,
    ComplaintPage,
    ComplaintReply,
    NegotiationItem,
    NegotiationPage,
    PayComplaint,
    RefundProgress,
    ServiceOrder,
)
from district.wechat.pay.errors import Undecryptable, UnknownEvent, UnreadableAnswer
from district.wechat.pay.fields import from_wire, to_wire, wire_fields
from district.wechat.pay.notices import (
    COMPLAINT_CONTENTS,
    CONTENTS,
    PARKING_CONTENTS,
    Envelope,
    read_notice,
)
from district.wechat.pay.orders import JsapiOrder, Promotion, Transaction
from district.wechat.pay.parking import (
    ChargedParking,
    EntranceChange,
    ParkingCharge,
    ParkingEntry,
    ParkingTransaction,
    PlateService,
    ReportedEntry,
)
from district.wechat.pay.refunds import PayRefund, RefundNotice, RefundRequest
from tests.wechat.pay_fixtures import API_V3_KEY, notice_body

# As documented; a list is one field. mchid is the client's own.
DOCUMENTED = {
    JsapiOrder: """appid description out_trade_no notify_url amount.total amount.currency payer.openid time_expire
        attach goods_tag limit_pay support_fapiao detail scene_info.payer_client_ip scene_info.device_id
        scene_info.store_info settle_info.profit_sharing""",
    Transaction: """appid mchid out_trade_no transaction_id trade_type trade_state trade_state_desc bank_type attach
        success_time payer.openid amount.total amount.payer_total amount.currency amount.payer_currency
        scene_info.device_id promotion_detail""",
    Promotion: """coupon_id name scope type amount stock_id wechatpay_contribute merchant_contribute
        other_contribute currency goods_detail""",
    RefundRequest: """sub_mchid transaction_id out_trade_no out_refund_no reason notify_url funds_account
        amount.refund amount.total amount.currency amount.from goods_detail""",
    PayRefund: """refund_id out_refund_no transaction_id out_trade_no channel user_received_account success_time
        create_time status funds_account amount.total amount.refund amount.from amount.payer_total
        amount.payer_refund amount.settlement_refund amount.settlement_total amount.discount_refund
        amount.currency amount.refund_fee promotion_detail""",
    RefundNotice: """mchid transaction_id out_trade_no refund_id out_refund_no refund_status success_time
        user_received_account amount.total amount.refund amount.payer_total amount.payer_refund""",
    CardActivated: "mchid openid code auth_type",
    MallPaymentNotice: """mchid merchant_name shop_name shop_number appid openid amount time_end transaction_id commit_tag
        code auth_type""",
    MallRefundNotice: """mchid merchant_name shop_name shop_number appid openid refund_time pay_amount refund_amount
        transaction_id refund_id""",
    PointsUpdate: """sub_mchid transaction_id appid openid earn_points increased_points points_update_time
        no_points_remarks total_points""",
    MallAuthorization: "openid authorize_state authorize_time deauthorize_time",
    ParkingState: "sub_mchid brandid appid openid plate_number state time",
    PlateService: "plate_number plate_color openid service_state service_open_time",
    ParkingEntry: """sub_mchid out_parking_no plate_number plate_color notify_url start_time parking_name
        free_duration""",
    ReportedEntry: """id sub_mchid out_parking_no plate_number plate_color notify_url start_time parking_name
        free_duration state block_reason""",
    EntranceChange: """sp_mchid sub_mchid parking_id out_parking_no plate_number plate_color start_time parking_name
        free_duration parking_state blocked_state_description state_update_time""",
    ParkingCharge: """appid sub_appid sub_mchid description attach out_trade_no trade_scene goods_tag notify_url
        profit_sharing amount.total amount.currency parking_info""",
    ChargedParking: """parking_id plate_number plate_color start_time end_time parking_name charging_duration
        device_id""",
    ParkingTransaction: """appid sub_appid sp_mchid sub_mchid description create_time out_trade_no transaction_id
        trade_state trade_state_description success_time bank_type user_repaid attach trade_scene parking_info
        payer.openid payer.sub_openid amount.total amount.currency amount.payer_total amount.discount_total
        promotion_detail""",
    ComplaintNotice: "complaint_id action_type",
    ComplaintPage: "data limit offset total_count",
    PayComplaint: """complaint_id complaint_time complaint_detail complaint_state complainted_mchid payer_phone
        payer_openid complaint_order_info service_order_info complaint_media_list complaint_full_refunded
        incoming_user_response problem_description user_complaint_times problem_type apply_refund_amount
        user_tag_list additional_info in_platform_service need_immediate_service is_agent_mode""",
    ComplaintOrder: "transaction_id out_trade_no amount",
    ServiceOrder: "order_id out_order_no state",
    ComplaintMedia: "media_type media_url",
    NegotiationPage: "data limit offset total_count",
    NegotiationItem: """log_id operator operate_time operate_type operate_details image_list complaint_media_list
        normal_message""",
    # complainted_mchid is the client's own.
    ComplaintReply: """response_content response_images jump_url jump_url_text mini_program_jump_info.appid
        mini_program_jump_info.path mini_program_jump_info.text""",
    RefundProgress: "action launch_refund_day reject_reason reject_media_list remark",
    NotificationAddress: "mchid url",
    Envelope: """id create_time event_type resource_type summary resource.algorithm resource.ciphertext
        resource.nonce resource.associated_data resource.original_type""",
}
PRIVATE = {
    *("openid", "attach", "code", "plate_number", "payer_client_ip", "user_received_account"),
    *("complaint_detail", "problem_description", "payer_phone_encrypted", "payer_openid"),
    *("operator", "operate_details", "urls", "image_urls", "content", "reject_reason", "remark"),
}


@pytest.mark.parametrize("row_class", DOCUMENTED, ids=lambda row_class: row_class.__name__)
def test_every_documented_field_is_an_attribute_or_ignored_by_name(row_class):
    known = [field.path for field in wire_fields(row_class)] + list(row_class.IGNORED)

    assert sorted(known) == sorted(DOCUMENTED[row_class].split())


@pytest.mark.parametrize("row_class", DOCUMENTED, ids=lambda row_class: row_class.__name__)
def test_what_says_something_about_a_person_is_not_printed(row_class):
    printed = {field.name for field in fields(row_class) if field.repr}

    assert not printed & PRIVATE


PAID = {
    "appid": "wxd678efh567hg6787",
    "mchid": "1900000109",
    "out_trade_no": "1217752501201407033233368018",
    "transaction_id": "1217752501201407033233368019",
    "trade_type": "JSAPI",
    "trade_state": "SUCCESS",
    "trade_state_desc": "支付成功",
    "bank_type": "CMC",
    "attach": "自定义数据",
    "success_time": "2018-06-08T10:34:56+08:00",
    "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
    "amount": {"total": 100, "payer_total": 90, "currency": "CNY", "payer_currency": "CNY"},
    "scene_info": {"device_id": "013467007045764"},
    "promotion_detail": [
        {"coupon_id": "109519", "name": "单品惠-6", "scope": "GLOBAL", "type": "CASH", "amount": 10}
        | {"stock_id": "931386", "wechatpay_contribute": 10, "merchant_contribute": 0}
        | {"other_contribute": 0, "currency": "CNY", "goods_detail": [{"goods_id": "M1006"}]}
    ],
}


def test_a_paid_order_is_read_to_the_last_field():
    transaction = from_wire(Transaction, PAID)

    assert transaction.total_fen == 100
    assert transaction.payer_total_fen == 90
    assert transaction.openid == "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"
    assert transaction.success_time == datetime(2018, 6, 8, 2, 34, 56, tzinfo=UTC)
    assert transaction.promotions[0].wechatpay_contribute_fen == 10
    assert all(getattr(transaction, field.name) is not None for field in wire_fields(Transaction))


def test_what_was_read_is_written_the_same():
    written = to_wire(from_wire(Transaction, PAID))

    promotions = [{k: v for k, v in PAID["promotion_detail"][0].items() if k != "goods_detail"}]
    assert written == PAID | {"promotion_detail": promotions}


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        ({"appid": None}, "lacks appid"),
        ({"appid": 7}, "appid is unreadable"),
        ({"amount": {"total": "100"}}, "amount.total is unreadable"),
        ({"amount": {"total": 1.0}}, "amount.total is unreadable"),
        ({"amount": {"total": True}}, "amount.total is unreadable"),
        ({"success_time": "2018-06-08T10:34:56"}, "success_time is unreadable"),
        ({"success_time": "yesterday"}, "success_time is unreadable"),
        ({"promotion_detail": "none"}, "promotion_detail is unreadable"),
        ({"promotion_detail": [7]}, "Promotion is no object"),
    ],
)
def test_what_is_missing_or_of_another_kind_is_named_and_never_quoted(changed, named):
    with pytest.raises(UnreadableAnswer) as refused:
        from_wire(Transaction, PAID | changed)

    assert str(refused.value).endswith(named)
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_what_is_new_or_empty_is_no_harm():
    transaction = from_wire(
        Transaction, PAID | {"new_field": 1, "trade_state": "NEW", "payer": [], "amount": None}
    )

    assert transaction.trade_state == "NEW"
    assert transaction.openid is transaction.total_fen is None


MALL = {
    "mchid": "1230000109",
    "merchant_name": "微信支付",
    "shop_name": "微信支付",
    "shop_number": "123456",
    "appid": "wxd678efh567hg6787",
    "openid": "otPAN5xxxxxxxxrOEG6lUv_pzacc",
    "transaction_id": "1234567890",
}
CONTENT_EXAMPLES = {
    Transaction: PAID,
    RefundNotice: {
        "mchid": "1900000109",
        "transaction_id": "1008450740201411110005820873",
        "out_trade_no": "20150806125346",
        "refund_id": "50200207182018070300011301001",
        "out_refund_no": "7752501201407033233368018",
        "refund_status": "SUCCESS",
        "success_time": "2018-06-08T10:34:56+08:00",
        "user_received_account": "招商银行信用卡0403",
        "amount": {"total": 999, "refund": 999, "payer_total": 999, "payer_refund": 999},
    },
    CardActivated: {
        "mchid": "1230000109",
        "openid": "otPAN5xxxxxxxxrOEG6lUv_pzacc",
        "code": "478515832665",
        "auth_type": "REGISTERED_MODE",
    },
    MallPaymentNotice: MALL
    | {"amount": 100, "time_end": "2020-05-20T13:29:35+08:00", "commit_tag": "a", "code": "4785"}
    | {"auth_type": "REGISTERED_MODE"},
    MallRefundNotice: MALL
    | {"refund_time": "2020-05-20T13:29:35+08:00", "pay_amount": 100, "refund_amount": 40}
    | {"refund_id": "1217752501201407033233368018"},
    EntranceChange: {
        "sp_mchid": "1230000109",
        "parking_id": "5K8264ILTKCH16CQ250",
        "out_parking_no": "1231243",
        "parking_state": "BLOCKED",
        "blocked_state_description": "PAUSE",
        "state_update_time": "2017-08-26T10:43:39+08:00",
    },
    ComplaintNotice: {
        "complaint_id": "200201820200101080076610000",
        "action_type": "CREATE_COMPLAINT",
    },
    ParkingTransaction: {
        "appid": "wxcbda96de0b165486",
        "sp_mchid": "1230000109",
        "out_trade_no": "20150806125346",
        "transaction_id": "1009660380201506130728806387",
        "trade_state": "SUCCESS",
        "trade_state_description": "支付成功",
        "trade_scene": "PARKING",
        "create_time": "2017-08-26T10:43:39+08:00",
        "success_time": "2017-08-26T10:43:49+08:00",
        "bank_type": "BPA",
        "user_repaid": "Y",
        "attach": "深圳分店",
        "payer": {"openid": "oUpF8uMuAJOM2pxb1Q"},
        "amount": {"total": 888, "currency": "CNY", "payer_total": 100, "discount_total": 788},
        "promotion_detail": PAID["promotion_detail"],
    },
}


@pytest.mark.parametrize(
    ("contents", "event_type", "content_class"),
    [
        (contents, event_type, content_class)
        for contents in (CONTENTS, PARKING_CONTENTS, COMPLAINT_CONTENTS)
        for event_type, content_class in contents.items()
    ],
)
def test_each_notice_is_read_to_the_last_field(contents, event_type, content_class):
    body = notice_body(event_type, CONTENT_EXAMPLES[content_class])

    notice = read_notice(body, [b"n" * 32, API_V3_KEY], contents)

    assert type(notice.content) is content_class
    assert notice.envelope.notice_id == "EV-2018022511223320873"
    assert notice.envelope.create_time == datetime(2026, 5, 1, 4, 0, tzinfo=UTC)
    values = [getattr(notice.content, field.name) for field in wire_fields(content_class)]
    assert None not in values
    if content_class not in {Transaction, ParkingTransaction}:
        assert to_wire(notice.content) == CONTENT_EXAMPLES[content_class]


def test_a_payment_in_a_store_need_not_say_more_than_it_must():
    body = notice_body(
        "MALL_TRANSACTION.SUCCESS",
        {
            k: v
            for k, v in CONTENT_EXAMPLES[MallPaymentNotice].items()
            if k not in {"commit_tag", "code"}
        }
        | {"shop_number": ""},
        associated_data="",
    )

    payment = read_notice(body, [API_V3_KEY]).content

    assert (payment.commit_tag, payment.shop_number, payment.amount_fen) == (None, "", 100)
    assert "otPAN5" not in repr(payment)


@pytest.mark.parametrize(
    ("contents", "content"),
    [(CONTENTS, CONTENT_EXAMPLES[ParkingTransaction]), (PARKING_CONTENTS, PAID)],
    ids=["a charge at the address of payments", "a payment at the address of parking"],
)
def test_a_payment_is_not_taken_for_a_charge_nor_a_charge_for_a_payment(contents, content):
    with pytest.raises(UnreadableAnswer, match=r"lacks (sp_)?mchid"):
        read_notice(notice_body("TRANSACTION.SUCCESS", content), [API_V3_KEY], contents)


def test_an_unknown_event_and_an_unopened_resource_are_told_apart():
    with pytest.raises(UnknownEvent, match=r"COMPLAINT\.CREATE"):
        read_notice(notice_body("COMPLAINT.CREATE", {}), [API_V3_KEY])
    with pytest.raises(Undecryptable):
        read_notice(notice_body("REFUND.SUCCESS", {}), [b"n" * 32])
    with pytest.raises(Undecryptable):
        read_notice(notice_body("REFUND.SUCCESS", [1]), [API_V3_KEY])


@pytest.mark.parametrize("body", [b"", b"[]", b"\xff", json.dumps({"id": "EV-1"}).encode()])
def test_a_notice_that_is_none_is_unreadable(body):
    with pytest.raises(UnreadableAnswer):
        read_notice(body, [API_V3_KEY])

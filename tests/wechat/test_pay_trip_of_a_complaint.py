"""A payer complains at WeChat and the merchant answers: over HTTP, with real signatures on both sides."""

from datetime import timedelta

import pytest
import requests

from district.wechat.pay import complaint_address, complaints, orders, pictures, refunds
from district.wechat.pay.errors import ApiError, Undecryptable, Unreachable
from district.wechat.pay.notices import COMPLAINT_CONTENTS, read_notice, verify_notice
from tests.wechat.pay_calls import code_of

NONE_SUCH = "200201820200101080076610000"


@pytest.fixture
def paid(sandbox, shop, make_order):
    """The transaction of an order of 15.00 that was paid."""
    order = make_order(shop)
    sandbox.control("pay-order", out_trade_no=order.out_trade_no)
    return orders.order_by_out_trade_no(shop, order.out_trade_no)


@pytest.fixture
def complain(sandbox, paid):
    """The payer complains of it."""

    def make(**fields):
        values = {"person": "小林", "transaction_id": paid.transaction_id, "detail": "蛋糕是坏的"}
        return sandbox.control("pay-complaint", **values | fields)["complaint_id"]

    return make


def say(shop, complaint_id, words="马上为您处理"):
    complaints.reply(shop, complaint_id, complaints.ComplaintReply(content=words))


def types_of(shop, complaint_id):
    return [item.operate_type for item in complaints.history_of(shop, complaint_id)]


def test_a_complaint_is_read_whole_and_goes_through_its_states(sandbox, shop, paid, complain):
    number = complain(pictures=2, phone="13800000000")

    found = complaints.complaint_of(shop, number)
    assert (found.complaint_id, found.state) == (number, complaints.ComplaintState.PENDING)
    assert (found.complaint_detail, found.user_complaint_times) == ("蛋糕是坏的", 1)
    assert found.payer_openid == sandbox.openid()
    (order,) = found.orders
    assert (order.transaction_id, order.amount_fen) == (paid.transaction_id, 1500)
    assert order.out_trade_no == paid.out_trade_no
    picture = pictures.picture_at(shop, found.media[0].urls[1])
    assert picture.startswith(b"\x89PNG")

    say(shop, number)
    assert complaints.complaint_of(shop, number).state == complaints.ComplaintState.PROCESSING
    sandbox.control("pay-complaint-act", complaint_id=number, act="respond", text="还在等")
    assert complaints.complaint_of(shop, number).has_unread_words
    complaints.complete(shop, number)
    done = complaints.complaint_of(shop, number)
    assert (done.state, done.is_fully_refunded) == (complaints.ComplaintState.PROCESSED, False)
    assert types_of(shop, number) == [
        "MERCHANT_CONFIRM_COMPLETE",
        "USER_RESPONSE",
        "MERCHANT_RESPONSE",
        "USER_CREATE_COMPLAINT",
    ]
    for late in (lambda: say(shop, number), lambda: complaints.complete(shop, number)):
        assert code_of(late) == (400, "INVALID_REQUEST")
    sandbox.control("pay-complaint-act", complaint_id=number, act="continue", text="又坏了")
    assert complaints.complaint_of(shop, number).state == complaints.ComplaintState.PENDING


def test_the_phone_number_is_opened_by_our_key_alone(sandbox, shop, complain):
    found = complaints.complaint_of(shop, complain())

    phone = complaints.payer_phone(shop, found)

    assert phone == sandbox.control("person", name="小林")["phone"]
    assert phone not in repr(found)
    assert found.payer_openid not in repr(found)
    broken = complaints.PayComplaint(
        **{**vars(found), "payer_phone_encrypted": found.payer_phone_encrypted[:-4] + "AAA="}
    )
    with pytest.raises(Undecryptable):
        complaints.payer_phone(shop, broken)


def test_notices_go_to_the_registered_address_and_say_only_which(sandbox, shop, complain, receiver):
    assert complaint_address.notification_address(shop) is None
    quiet = complain()
    assert sandbox.notices("COMPLAINT.CREATE") == []
    complaint_address.create_notification_address(shop, receiver.url)
    assert code_of(lambda: complaint_address.create_notification_address(shop, receiver.url)) == (
        400,
        "INVALID_REQUEST",
    )
    other = f"{receiver.url}/complaints"
    assert complaint_address.change_notification_address(shop, other).url == other
    receiver.clear()
    sandbox.control("pay-settings", new_envelopes=True)

    say(shop, quiet)
    number = complain()
    _reply, (headers, body) = receiver.wait_for(2)
    verify_notice(headers, body, platform=shop.platform, now=shop.now())
    notice = read_notice(body, shop.merchant.api_v3_keys, COMPLAINT_CONTENTS)
    assert notice.envelope.event_type == "COMPLAINT.CREATE"
    assert notice.content.complaint_id == number
    assert notice.content.action_type == "CREATE_COMPLAINT"
    sandbox.control("pay-deliver", id=sandbox.notices("COMPLAINT.CREATE")[0]["id"])
    again = read_notice(receiver.wait_for(3)[2][1], shop.merchant.api_v3_keys, COMPLAINT_CONTENTS)
    assert again.content == notice.content
    assert again.envelope.notice_id != notice.envelope.notice_id
    complaint_address.delete_notification_address(shop)
    assert complaint_address.notification_address(shop) is None


def test_an_approved_refund_ends_the_complaint_when_the_money_is_there(
    sandbox, shop, paid, complain
):
    sandbox.control("pay-settings", refund_seconds=10_000_000.0)
    number = complain(apply_refund_fen=1500)
    say(shop, number)

    approval = complaints.RefundProgress(action="APPROVE", launch_refund_day=1)
    complaints.update_refund_progress(shop, number, approval)
    assert complaints.complaint_of(shop, number).state == complaints.ComplaintState.PROCESSING
    refunds.request_refund(
        shop,
        refunds.RefundRequest(
            transaction_id=paid.transaction_id,
            out_refund_no=f"R-{number[-12:]}",
            refund_fen=1500,
            total_fen=1500,
        ),
    )
    assert not complaints.complaint_of(shop, number).is_fully_refunded
    sandbox.control("pay-settle-refund", out_refund_no=f"R-{number[-12:]}")

    found = complaints.complaint_of(shop, number)
    assert (found.state, found.is_fully_refunded) == (complaints.ComplaintState.PROCESSED, True)
    assert types_of(shop, number)[0] == "COMPLAINT_FULL_REFUNDED_SYSTEM_MESSAGE"


def test_a_rejected_refund_ends_it_and_is_decided_once(shop, complain):
    number = complain(apply_refund_fen=100)
    rejection = complaints.RefundProgress(action="REJECT", reject_reason="商品完好")

    complaints.update_refund_progress(shop, number, rejection)

    assert complaints.complaint_of(shop, number).state == complaints.ComplaintState.PROCESSED
    assert code_of(lambda: complaints.update_refund_progress(shop, number, rejection)) == (
        400,
        "INVALID_REQUEST",
    )
    unwished = complain()
    approval = complaints.RefundProgress(action="APPROVE")
    assert code_of(lambda: complaints.update_refund_progress(shop, unwished, approval)) == (
        400,
        "INVALID_REQUEST",
    )


def test_the_list_names_no_openid_and_comes_in_parts(shop, complain):
    numbers = [complain() for _ in range(3)]
    today = complaints.complaint_of(shop, numbers[0]).complaint_time.date()

    page = complaints.complaints_between(shop, today, today, limit=2)
    rest = complaints.complaints_between(shop, today, today, limit=2, offset=2)

    found = [each.complaint_id for each in (*page.complaints, *rest.complaints)]
    assert found == numbers[::-1]
    assert page.total_count == 3
    assert {each.payer_openid for each in page.complaints} == {None}
    with pytest.raises(ValueError, match="30 days"):
        complaints.complaints_between(shop, today - timedelta(days=31), today)


def test_a_reply_whose_answer_is_lost_is_not_sent_again_by_itself(sandbox, shop, complain):
    number = complain()
    sandbox.trouble("reply_complaint", "cut")

    with pytest.raises(Unreachable) as lost:
        say(shop, number)

    assert lost.value.is_outcome_unknown
    assert types_of(shop, number).count("MERCHANT_RESPONSE") == 1


def test_a_picture_goes_up_signed_without_its_bytes_and_is_shown_in_a_reply(shop, complain):
    number = complain()
    content = b"\x89PNG" + b"\x00\r\n--x" * 1000

    media_id = pictures.upload_picture(
        shop, name="小票.png", content=content, content_type="image/png"
    )
    words = complaints.ComplaintReply(content="请看小票", pictures=(media_id,))
    complaints.reply(shop, number, words)

    assert pictures.picture_of(shop, media_id) == content
    answered = complaints.history_of(shop, number)[0]
    assert pictures.picture_at(shop, answered.image_urls[0]) == content


def test_what_is_wrong_is_refused_with_its_code(sandbox, shop, complain):
    number = complain()
    assert code_of(lambda: complaints.complaint_of(shop, NONE_SUCH)) == (
        404,
        "RESOURCE_NOT_EXISTS",
    )
    assert code_of(lambda: complaints.complete(shop, number)) == (400, "INVALID_REQUEST")
    sandbox.control("pay-settings", complaint_replies_a_minute=1)
    say(shop, number)
    with pytest.raises(ApiError) as refused:
        say(shop, number)
    assert (refused.value.status, refused.value.code) == (429, "FREQUENCY_LIMITED")
    for words in ("", "长" * 201):
        with pytest.raises(ValueError, match="200 characters"):
            say(shop, number, words)


def test_an_act_of_a_kind_that_nobody_knows_stands_in_the_history(sandbox, shop, complain):
    number = complain()
    fields = {"complaint_id": number, "operate_type": "USER_SANG_A_SONG", "text": "啦"}
    sandbox.control("pay-complaint-act", **fields)

    item = complaints.history_of(shop, number)[0]

    assert (item.operate_type, item.operate_details) == ("USER_SANG_A_SONG", "啦")


def test_the_page_of_the_sandbox_lets_a_person_complain(sandbox, complain):
    number = complain()

    front = requests.get(sandbox.base, timeout=5).text

    assert f"{number} 蛋糕是坏的 PENDING" in front

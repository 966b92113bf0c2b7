"""Notices at our address: verified, kept, handled; in whatever order and however often they come, one state."""

from importlib import import_module
from itertools import permutations

import pytest

from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.health_warnings import wechat_complaints_warning
from credit.wechat_complaints.models import WechatComplaint
from credit.wechat_complaints.queries import FIRST_REPLY_WITHIN
from credit.wechat_complaints.services import fetch_complaints
from district.kernel import clock
from district.kernel.models import InboxRow
from tests.payments.bank_channel import WorkerKilled
from tests.wechat_complaints.complaint_steps import be_due, deliver, handle, post


def work():
    be_due()
    return fetch_complaints()


def end_state(complaint):
    """What everything came to."""
    row = complaint.row
    events = list(row.case.events.order_by("seq").values_list("action", "note"))
    return row.state, row.pay_state, row.case.state, events, complaint.items()


def test_a_complaint_comes_in_by_a_notice_and_its_state_follows(complaint, receiver):
    complaint.report_payment().make(detail="蛋糕变质")
    assert deliver(receiver, 1) == [204]
    handle()
    assert complaint.row.state == "unread"
    assert work() == 1
    assert work() == 0

    complaint.act("accept_case", by=complaint.scene.officer).send()
    assert deliver(receiver, 1) == [204]
    handle()
    work()

    assert (complaint.row.pay_state, complaint.case.state) == ("PROCESSING", "awaiting_merchant")


def test_a_notice_that_comes_again_in_another_envelope_changes_nothing(complaint, receiver):
    complaint.sandbox.control("pay-settings", new_envelopes=True)
    complaint.report_payment().make()
    deliver(receiver, 1)
    handle()
    work()
    before = end_state(complaint)
    for notice in complaint.sandbox.notices() * 2:
        complaint.sandbox.control("pay-deliver", id=notice["id"])
    assert deliver(receiver, 2) == [204, 204]
    handle()
    assert work() == 1

    assert end_state(complaint) == before
    assert InboxRow.objects.count() == 3


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("is_read_each_time", [True, False])
def test_in_any_order_they_end_in_one_state(complaint, receiver, order, is_read_each_time):
    complaint.report_payment().make().payer("respond", "在吗").payer("platform", "请处理")
    received = list(receiver.wait_for(3))
    receiver.clear()

    for place in (*order, order[0]):
        assert post(*received[place]).status_code == 204
        if is_read_each_time:
            handle()
            work()
    handle()
    work()

    assert end_state(complaint) == (
        *("in_case", "PENDING", "submitted", [("submit", "商品与描述不符")]),
        [
            ("USER_CREATE_COMPLAINT", "noted"),
            ("USER_RESPONSE", "for_person"),
            ("PLATFORM_RESPONSE", "for_person"),
        ],
    )


def test_a_notice_that_comes_while_we_read_is_not_lost(complaint, monkeypatch):
    complaint.report_payment().make()
    wechat_complaints.note_notice(complaint_id=complaint.number)
    module = import_module(fetch_complaints.__module__)
    ask = module.complaint_of

    def ask_and_be_told(client, number):
        found = ask(client, number)
        complaint.payer("revoke")
        wechat_complaints.note_notice(complaint_id=number)
        monkeypatch.setattr(module, "complaint_of", ask)
        return found

    monkeypatch.setattr(module, "complaint_of", ask_and_be_told)
    assert work() == 2

    assert complaint.row.fetched_version == complaint.row.asked_version == 2
    assert complaint.case.state == "withdrawn"


def test_who_dies_between_reading_and_keeping_has_done_nothing(complaint, monkeypatch):
    complaint.report_payment().make()
    wechat_complaints.note_notice(complaint_id=complaint.number)
    module = import_module(fetch_complaints.__module__)
    keep = module.keep_complaint

    def die(**_read):
        raise WorkerKilled

    monkeypatch.setattr(module, "keep_complaint", die)
    with pytest.raises(WorkerKilled):
        work()
    assert (complaint.row.state, complaint.row.attempts) == ("unread", 1)
    monkeypatch.setattr(module, "keep_complaint", keep)
    # Its lease is not over.
    assert fetch_complaints() == 0

    assert work() == 1

    assert complaint.case.events.count() == 1


def test_what_cannot_be_read_is_set_aside_and_a_new_notice_brings_it_back(complaint):
    complaint.report_payment().make()
    wechat_complaints.note_notice(complaint_id=complaint.number)
    complaint.sandbox.trouble("query_complaint", "refuse", times=3, number=403, code="NO_AUTH")
    for _ in range(3):
        work()
    assert complaint.row.set_aside_at is not None
    assert "1 complaints that could not be read" in wechat_complaints_warning()
    assert work() == 0

    complaint.read()

    assert complaint.case.state == "submitted"
    assert wechat_complaints_warning() == ""


def test_a_complaint_without_a_reply_for_a_day_is_warned_of(complaint):
    complaint.report_payment().make().read()
    with clock.travel_to(complaint.row.complained_at + FIRST_REPLY_WITHIN):
        assert "1 complaints without a first reply after 24 h" in wechat_complaints_warning()


def test_a_complaint_about_another_merchant_is_not_ours(complaint, settings):
    complaint.report_payment().make()
    wechat_complaints.note_notice(complaint_id=complaint.number)
    settings.WECHAT_PAY_MCHID = "1900000002"

    work()

    assert (complaint.row.state, complaint.row.last_error) == ("unread", "ForeignComplaint")


def test_a_wrong_signature_is_refused_and_nothing_is_kept(complaint, receiver):
    complaint.make()
    ((headers, body),) = receiver.wait_for(1)

    answer = post(headers | {"Wechatpay-Nonce": "other"}, body)

    assert answer.status_code == 401
    assert answer.json()["code"] == "FAIL"
    assert InboxRow.objects.count() == 0


def test_a_notice_of_something_else_is_set_aside(complaint, receiver):
    complaint.sandbox.control("pay-settings", mall_notify_url=receiver.url)
    complaint.sandbox.control("pay-mall-authorize", person="alice")
    assert deliver(receiver, 1) == [204]
    handle()

    assert InboxRow.objects.get().last_error == "UnknownEvent"
    assert WechatComplaint.objects.count() == 0


def test_the_address_is_registered_once_and_changed_when_ours_changes(wechat_pay, settings):
    first = wechat_complaints.register_address(by=None)
    assert wechat_complaints.register_address(by=None) == first
    settings.PUBLIC_URL = "https://district.example"

    second = wechat_complaints.register_address(by=None)

    assert second == "https://district.example/wechat/complaints/notices"

"""A complaint at WeChat becomes a case, and what the payer does there is done in it."""

from datetime import timedelta
from importlib import import_module

import pytest

from credit.complaints import services as complaints
from credit.complaints.models import CaseFile
from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.errors import (
    CaseNotForComplaint,
    ComplaintNotWaiting,
    ItemNotForPerson,
)
from credit.wechat_complaints.models import WechatComplaint, WechatPayer
from district.kernel import clock
from district.kernel.models import AuditLine
from district.members.models import Member
from tests.factories.members import make_member
from tests.wechat_complaints.complaint_steps import PAID_FEN, ComplaintAtWechat, be_due, fresh_key


def test_a_complaint_of_a_payment_in_a_store_is_filed_there(complaint):
    complaint.report_payment().make(detail="蛋糕变质", apply_refund_fen=PAID_FEN).read()

    row, case = complaint.row, complaint.case
    assert (row.state, row.pay_state, row.complaint_times) == ("in_case", "PENDING", 1)
    assert (row.store, case.store) == (complaint.scene.store, complaint.scene.store)
    assert (case.state, case.channel, case.filing_slot) == ("submitted", "wechat_pay", None)
    assert (case.wish, case.amount_fen) == ("refund", PAID_FEN)
    assert case.events.get().note == "蛋糕变质"
    assert row.description is None
    assert complaint.items() == [("USER_CREATE_COMPLAINT", "noted")]


def test_a_member_complains_as_a_member_with_the_purchase_of_the_ledger(complaint):
    member = make_member("alice", openid=complaint.sandbox.openid("alice"))
    complaint.report_payment().make().read()

    case = complaint.case
    assert case.member == member
    assert case.receipt_no == complaint.payment["transaction_id"]
    assert case.paid_fen == PAID_FEN


def test_somebody_who_has_not_joined_has_one_stand_in_until_they_do(complaint):
    complaint.report_payment().make().read()
    second = ComplaintAtWechat(complaint.sandbox, complaint.receiver, complaint.scene)
    second.report_payment().make().read()

    stand_in = complaint.case.member
    assert second.case.member == stand_in
    assert stand_in.closed_at is not None
    assert not stand_in.user.is_active
    assert WechatPayer.objects.get().is_absent
    assert second.row.complaint_times == 2

    joined = make_member("alice", openid=complaint.sandbox.openid("alice"))
    assert wechat_complaints.join_payers() == 1
    assert wechat_complaints.join_payers() == 0
    assert {complaint.case.member, second.case.member} == {joined}
    complaint.payer("revoke", "不投诉了").read()
    assert complaint.case.state == "withdrawn"


def test_a_phone_number_and_an_openid_are_nowhere_in_the_tables(complaint):
    complaint.report_payment().make().read()

    phone = complaint.at_wechat["phone"]
    openid = complaint.at_wechat["openid"]
    texts = " ".join(
        str(row)
        for model in (WechatComplaint, WechatPayer, CaseFile, Member)
        for row in model.objects.values()
    )
    assert phone not in texts
    assert openid not in texts


def test_a_payment_that_nobody_knows_waits_for_a_person_with_its_words(complaint):
    complaint.make(detail="没有发货").read().payer("respond", "在吗").read()

    assert (complaint.row.state, complaint.row.description) == ("needs_store", "没有发货")
    assert complaint.items() == [
        ("USER_CREATE_COMPLAINT", "waiting"),
        ("USER_RESPONSE", "waiting"),
    ]
    key, officer, store = fresh_key(), complaint.scene.officer, complaint.scene.store
    for _ in range(2):
        wechat_complaints.assign_store(complaint=complaint.row, store=store, by=officer, key=key)
    assert complaint.case.events.get().note == "没有发货"
    assert AuditLine.objects.filter(verb="assign_complaint_store").count() == 1
    assert complaint.items()[1] == ("USER_RESPONSE", "for_person")
    with pytest.raises(ComplaintNotWaiting):
        wechat_complaints.assign_store(
            complaint=complaint.row, store=store, by=officer, key=fresh_key()
        )


def test_a_purchase_with_an_open_case_waits_until_a_person_links_the_two(complaint):
    member = make_member("alice", openid=complaint.sandbox.openid("alice"))
    complaint.report_payment()
    filing = complaints.Filing(
        complaint.scene.store,
        "quality",
        "变质",
        "refund",
        PAID_FEN,
        complaint.payment["transaction_id"],
    )
    own = complaints.file_case(member=member, filing=filing, key=fresh_key())
    complaint.make().read()
    assert (complaint.row.state, complaint.row.last_error) == (
        "needs_case",
        "purchase_has_open_case",
    )

    wechat_complaints.link_case(
        complaint=complaint.row, case=own, by=complaint.scene.officer, key=fresh_key()
    )

    assert complaint.case == own
    complaint.act("accept_case", by=complaint.scene.officer).send()
    assert complaint.replied == [f"您的投诉已受理（编号 {own.number}），商户将在 48 小时内答复。"]


def test_a_closed_case_is_nothing_to_link_to(complaint):
    complaint.report_payment().make().read().payer("revoke").read()
    other = ComplaintAtWechat(
        complaint.sandbox, complaint.receiver, complaint.scene, person="bob", store=False
    )
    other.make().read()

    with pytest.raises(CaseNotForComplaint):
        wechat_complaints.link_case(
            complaint=other.row, case=complaint.case, by=complaint.scene.officer, key=fresh_key()
        )


def test_a_complaint_that_was_over_before_we_knew_of_it_is_no_case_until_it_goes_on(complaint):
    complaint.report_payment().make().payer("revoke").read()
    assert (complaint.row.state, complaint.case) == ("over", None)

    complaint.payer("continue", "还是坏的").read()

    assert (complaint.row.state, complaint.case.state) == ("in_case", "submitted")
    assert complaint.case.events.get().note == "商品与描述不符\n还是坏的"


def test_who_withdrew_and_went_on_before_we_knew_has_an_open_case(complaint):
    complaint.report_payment().make().payer("revoke").payer("continue", "还是坏的").read()

    assert complaint.case.state == "submitted"
    assert {state for _kind, state in complaint.items()} == {"noted"}


def test_the_payer_answers_questions_withdraws_and_goes_on(complaint):
    complaint.report_payment().make().read()
    complaint.act("ask_for_info", by=complaint.scene.officer, questions="哪一天买的？").send()
    assert complaint.replied == ["为处理您的投诉，请在此回复以下问题：哪一天买的？"]

    complaint.payer("respond", "昨天买的").read()
    assert complaint.case.state == "submitted"
    assert complaint.case.events.last().note == "昨天买的"
    assert complaint.items()[-1] == ("USER_RESPONSE", "acted")
    complaint.read().read()
    assert complaint.case.seq == 3


def test_who_goes_on_after_the_end_opens_the_case_again_once(complaint):
    complaint.done().for_payer("confirm").send()
    complaint.refund().read().send()
    assert complaint.at_wechat["complaint_state"] == "PROCESSED"

    complaint.payer("continue", "又坏了一个").read()
    assert complaint.case.state == "mediation"
    complaint.act("end_mediation", by=complaint.scene.officer).send()
    complaint.payer("continue", "第三次").read()

    assert complaint.case.state == "closed_unresolved"
    row = complaint.row.items.order_by("-position").first()
    assert (row.state, row.problem) == ("for_person", "first_reopening")


def test_what_the_table_has_no_act_for_is_read_by_a_person(complaint):
    complaint.accepted()
    complaint.payer("respond", "同意").payer("", "啦", operate_type="USER_SANG").read()
    complaint.payer("platform", "请尽快处理").read()

    assert [state for _kind, state in complaint.items()] == ["noted", *["for_person"] * 3]
    item = complaint.row.items.get(operate_type="USER_SANG")
    key = fresh_key()
    for _ in range(2):
        wechat_complaints.settle_item(item=item, by=complaint.scene.officer, key=key)
    item.refresh_from_db()
    assert (item.state, item.settled_by) == ("settled", complaint.scene.officer)
    with pytest.raises(ItemNotForPerson):
        wechat_complaints.settle_item(item=item, by=complaint.scene.officer, key=fresh_key())


def test_a_withdrawal_of_which_no_notice_comes_is_found_by_the_sweep(complaint):
    complaint.accepted().send().read()
    assert wechat_complaints.sweep_complaints() == 0
    complaint.payer("revoke", "和解了")

    assert wechat_complaints.sweep_complaints() == 1
    assert wechat_complaints.sweep_complaints() == 0
    be_due()
    wechat_complaints.fetch_complaints()

    assert complaint.case.state == "withdrawn"


def test_a_complaint_whose_notice_was_lost_is_found_by_the_sweep(complaint):
    complaint.report_payment().make()

    assert wechat_complaints.sweep_complaints() == 1
    wechat_complaints.fetch_complaints()

    assert complaint.case.state == "submitted"


def test_a_later_reading_is_not_overwritten_by_an_earlier_one(complaint, monkeypatch):
    module = import_module(wechat_complaints.fetch_complaints.__module__)
    complaint.report_payment().make().read()
    kept, keep = [], module.keep_complaint
    monkeypatch.setattr(module, "keep_complaint", lambda **read: kept.append(read))
    complaint.read()
    monkeypatch.setattr(module, "keep_complaint", keep)
    complaint.payer("revoke").read()
    assert complaint.row.pay_state == "PROCESSED"

    keep(**kept[0])

    assert (complaint.row.pay_state, complaint.case.state) == ("PROCESSED", "withdrawn")
    assert len(complaint.items()) == 2


def test_time_alone_brings_the_merchants_silence_to_the_payer(complaint):
    complaint.accepted().send()

    with clock.travel_to(clock.now() + timedelta(hours=49)):
        complaints.run_timers()
        complaint.send()

    assert complaint.case.state == "mediation"
    assert complaint.replied[-1] == "您的投诉已转入调解，商圈工作人员将与双方联系。"

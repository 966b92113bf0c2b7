"""What a case says goes to WeChat: once, in its order, in words that stay, and the end when the money is there."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from credit.complaints import services as complaints
from credit.complaints.machine.case import CaseRemedy
from credit.complaints.machine.words import CaseActor, RemedyKind
from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.errors import ComplaintHasNoCase, ReplyNotWaiting
from credit.wechat_complaints.models import WechatReply
from credit.wechat_complaints.queries import work_for_people
from district.kernel import clock
from district.kernel.models import AuditLine
from district.wechat.pay_retries import MAX_REFUSALS
from tests.factories.complaints import decision
from tests.wechat_complaints.complaint_steps import (
    PAID_FEN,
    ComplaintAtWechat,
    be_due,
    fresh_key,
)


def test_a_whole_refund_is_approved_and_ends_when_the_money_is_there(complaint):
    complaint.fields = {"apply_refund_fen": PAID_FEN}
    complaint.done().send()
    assert complaint.replied == [
        f"您的投诉已受理（编号 {complaint.case.number}），商户将在 48 小时内答复。",
        "商户答复：为您退款。",
        "商户提出方案：退款 ¥99.00。如同意请在此回复“同意”，不同意请说明理由。",
        "双方已达成一致：退款 ¥99.00。商户将按约定办理。",
        "商户已按约定办理：退款 ¥99.00。如未收到请在此回复。",
    ]
    assert complaint.types.count("MERCHANT_APPROVE_REFUND") == 1
    assert complaint.at_wechat["complaint_state"] == "PROCESSING"

    complaint.for_payer("confirm").send()
    assert complaint.replies()[-1] == ("complete", "waiting")
    complaint.refund().read().send()

    # WeChat ends it by itself once the money is there.
    assert complaint.replies()[-1] == ("complete", "found")
    assert complaint.at_wechat["complaint_state"] == "PROCESSED"


def test_without_a_wish_by_the_form_we_complete_it_ourselves_after_the_money(complaint):
    complaint.done().for_payer("confirm").read().send()
    assert complaint.replied[-1] == "该投诉已解决，感谢您的反馈。"
    assert complaint.replies()[-1] == ("complete", "waiting")
    assert "MERCHANT_CONFIRM_COMPLETE" not in complaint.types

    complaint.refund().read().send()

    assert complaint.types.count("MERCHANT_CONFIRM_COMPLETE") == 1
    assert complaint.replies()[-1] == ("complete", "sent")


def test_a_part_of_the_money_is_vouched_for_by_the_end_of_the_case(complaint):
    complaint.done(5_000).for_payer("confirm").send()

    assert complaint.types[-1] == "MERCHANT_CONFIRM_COMPLETE"
    assert complaint.at_wechat["complaint_state"] == "PROCESSED"


def test_money_that_does_not_come_is_seen(complaint):
    complaint.done().for_payer("confirm").send()
    assert work_for_people().money_late == 0

    with clock.travel_to(clock.now() + timedelta(days=4)):
        assert work_for_people().money_late == 1


def test_a_wish_that_is_not_upheld_is_rejected_with_the_reason(complaint):
    complaint.fields = {"apply_refund_fen": PAID_FEN}
    complaint.report_payment().make().read()
    complaint.act("refuse_case", by=complaint.scene.officer, reason="no_facts", note="没有凭证。")
    complaint.send()

    assert complaint.replies() == [("reject_refund", "sent")]
    assert complaint.types[-1] == "MERCHANT_REFUSE_RERUND"
    assert complaint.at_wechat["complaint_state"] == "PROCESSED"
    assert complaint.at_wechat["history"][-1]["operate_details"] == (
        "经核实，该投诉不予受理。没有凭证。"
    )


def test_a_decision_is_told_and_its_end_as_well(complaint):
    complaint.answered().for_payer("escalate", "不同意")
    complaint.act("decide_case", by=complaint.scene.officer, decision=decision("not_upheld"))
    with clock.travel_to(clock.now() + timedelta(days=30)):
        complaints.run_timers()
        complaint.send()

    assert complaint.case.state == "closed_not_upheld"
    assert complaint.replied[-2:] == ["商圈裁定：商户未按约定退款。", "经核实，投诉事项不成立。"]
    assert complaint.replies()[-1] == ("complete", "sent")


@pytest.mark.parametrize("times", [1, 3])
def test_a_reply_whose_answer_was_lost_stands_there_once(complaint, times):
    complaint.accepted()
    complaint.sandbox.trouble("reply_complaint", "cut", times=times)

    complaint.send()

    assert len(complaint.replied) == 1
    assert complaint.replies() == [("response", "found")]


def test_the_same_words_twice_are_two_replies_though_the_second_answer_is_lost(complaint):
    complaint.proposed()
    complaint.send()
    complaint.sandbox.trouble("reply_complaint", "http", number=502)
    proposal = complaint.replied[-1]
    complaint.act(
        "propose_remedy",
        actor=CaseActor.MERCHANT,
        by=complaint.scene.clerk,
        remedy=CaseRemedy(RemedyKind.REFUND, PAID_FEN),
    )
    complaint.send()

    assert complaint.replied[-2:] == [proposal, proposal]
    assert complaint.replies()[-2:] == [("response", "sent")] * 2


def test_a_reply_to_what_was_withdrawn_there_is_moot(complaint):
    complaint.accepted().payer("revoke", "算了")

    complaint.send()

    assert complaint.replied == []
    assert complaint.replies() == [("response", "moot")]
    complaint.read().send()
    assert complaint.case.state == "withdrawn"


def test_too_many_replies_wait_and_go_in_their_order(complaint):
    complaint.sandbox.control("pay-settings", complaint_replies_a_minute=1)
    complaint.answered()
    wechat_complaints.note_case_events(case=complaint.case.pk)
    be_due()
    wechat_complaints.send_replies()
    be_due()
    wechat_complaints.send_replies()
    assert [state for _kind, state in complaint.replies()] == ["sent", "waiting"]
    assert WechatReply.objects.get(state="waiting").last_error == "FREQUENCY_LIMITED"

    complaint.sandbox.run(61)
    complaint.send()

    assert [words[:5] for words in complaint.replied] == ["您的投诉已", "商户答复："]


def test_what_is_refused_is_set_aside_and_holds_back_what_follows_until_a_person_skips_it(
    complaint,
):
    complaint.answered()
    complaint.sandbox.trouble("reply_complaint", "refuse", times=None, number=403, code="NO_AUTH")
    complaint.send()
    first, second = WechatReply.objects.order_by("pk")
    assert (first.attempts, first.last_error) == (MAX_REFUSALS, "NO_AUTH")
    assert first.set_aside_at is not None
    assert second.attempts == 0
    assert work_for_people().replies_set_aside == 1
    complaint.sandbox.control("clear-faults")

    key, by = fresh_key(), complaint.scene.officer
    for _ in range(2):
        wechat_complaints.skip_reply(reply=first, by=by, key=key)
    complaint.send()

    assert complaint.replied == ["商户答复：为您退款。"]
    assert AuditLine.objects.filter(verb="skip_complaint_reply").count() == 1
    with pytest.raises(ReplyNotWaiting):
        wechat_complaints.skip_reply(reply=second, by=by, key=fresh_key())


def test_an_end_that_was_not_sent_is_dropped_when_the_case_goes_on(complaint):
    complaint.done().for_payer("confirm").send()
    assert complaint.replies()[-1] == ("complete", "waiting")
    complaint.act("reopen_case", member=complaint.case.member, facts="钱没有到")

    complaint.send()

    assert complaint.replies()[-1] == ("complete", "moot")
    complaint.refund().read().send()
    assert "MERCHANT_CONFIRM_COMPLETE" not in complaint.types


def test_events_are_told_once_however_often_they_are_noted(complaint):
    complaint.answered()
    case = complaint.case.pk
    assert wechat_complaints.note_case_events(case=case) == 2
    assert wechat_complaints.note_case_events(case=case) == 0
    complaint.send().send()
    assert len(complaint.replied) == 2


def test_a_merged_complaint_hears_of_the_other_case(complaint):
    complaint.report_payment().make().read()
    other = ComplaintAtWechat(complaint.sandbox, complaint.receiver, complaint.scene, person="bob")
    other.report_payment().make().read()
    master = other.case
    complaint.act("merge_case", master=master, by=complaint.scene.officer).send()
    assert complaint.replied == ["该投诉与您的另一件投诉为同一事项，已合并办理。"]

    other.act("accept_case", by=complaint.scene.officer)
    complaint.send()

    assert complaint.case == master
    assert complaint.replied[-1].startswith("您的投诉已受理")


def test_who_acts_for_the_payer_stands_in_the_journal_once(complaint):
    complaint.proposed()
    key, by = fresh_key(), complaint.scene.officer
    for _ in range(2):
        wechat_complaints.act_for_payer(complaint=complaint.row, act="accept", by=by, key=key)

    line = AuditLine.objects.get(verb="act_for_wechat_payer")
    assert line.facts["act"] == "accept"
    assert complaint.case.state == "remedy_due"
    unmapped = ComplaintAtWechat(
        complaint.sandbox, complaint.receiver, complaint.scene, person="bob", store=False
    )
    unmapped.make().read()
    with pytest.raises(ComplaintHasNoCase):
        wechat_complaints.act_for_payer(
            complaint=unmapped.row, act="accept", by=by, key=fresh_key()
        )


@pytest.mark.breaks_the_ledger
def test_a_reply_is_never_another_one_nor_sent_twice(complaint):
    complaint.accepted().send()
    reply = WechatReply.objects.all()

    for changes in ({"words": "别的"}, {"state": "waiting", "done_at": None}, {"case_seq": 9}):
        with pytest.raises(IntegrityError), transaction.atomic():
            reply.update(**changes)
    with pytest.raises(IntegrityError), transaction.atomic():
        reply.delete()

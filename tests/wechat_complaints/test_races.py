"""Workers beside each other, each over a connection of its own: one case, one line, one reply, one stand-in."""

import pytest

from credit.complaints import services as complaints
from credit.complaints.models import CaseEventRow, CaseFile
from credit.wechat_complaints import services as wechat_complaints
from credit.wechat_complaints.models import WechatComplaint, WechatPayer, WechatReply
from tests.factories.loyalty import make_earning_store
from tests.factories.members import make_operator
from tests.race import race
from tests.wechat_complaints.complaint_steps import fresh_key
from tests.wechat_complaints.reported import MCHID, keep, reported_complaint, reported_history


@pytest.fixture
def ours(real_db, settings):
    settings.WECHAT_PAY_MCHID = MCHID


def test_a_complaint_that_many_workers_have_read_is_one_case(ours):
    complaint = reported_complaint(make_earning_store())
    wechat_complaints.note_notice(complaint_id=complaint.complaint_id)

    def keep_it():
        return wechat_complaints.keep_complaint(
            complaint=complaint,
            history=reported_history(complaint, "USER_REVOKE_COMPLAINT"),
            version=1,
        )

    results = race(*[keep_it] * 5)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert CaseFile.objects.get().state == "withdrawn"
    assert WechatComplaint.objects.get().items.count() == 2
    assert CaseEventRow.objects.count() == 2


def test_complaints_of_one_payer_at_once_have_one_stand_in(ours):
    store = make_earning_store()
    reported = [reported_complaint(store) for _ in range(4)]

    race(*(lambda complaint=complaint: keep(complaint) for complaint in reported))

    assert WechatPayer.objects.count() == 1
    assert CaseFile.objects.values("member").distinct().count() == 1
    assert CaseFile.objects.count() == 4


def test_an_event_that_many_workers_note_is_told_once(ours):
    row = keep(reported_complaint(make_earning_store()))
    officer = make_operator("officer")
    complaints.accept_case(case=row.case, by=officer, key=fresh_key())

    race(*[lambda: wechat_complaints.note_case_events(case=row.case_id)] * 5)

    assert WechatReply.objects.count() == 1


def test_a_person_who_clicks_twice_and_a_worker_that_reads_file_one_case(ours):
    complaint = reported_complaint()
    row = keep(complaint)
    store, officer = make_earning_store(), make_operator("officer")

    def assign():
        return wechat_complaints.assign_store(
            complaint=row, store=store, by=officer, key=fresh_key()
        )

    race(assign, assign, lambda: keep(complaint), lambda: keep(complaint, "USER_RESPONSE"))

    assert CaseFile.objects.get().store == store
    assert WechatComplaint.objects.get().state == "in_case"
    assert not WechatComplaint.objects.get().items.filter(state="waiting").exists()

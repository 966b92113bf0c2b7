"""WeChat looks at pictures; what it cannot or is not sure of a person judges."""

from datetime import timedelta

import pytest
from django.test import Client

from credit.evidence import services as evidence
from credit.evidence.models import EvidenceFile
from credit.evidence.services import check
from credit.evidence.values import CheckState, Side, Visibility
from district.kernel import clock
from district.kernel.inbox.handling import handle_due
from district.kernel.models import AuditLine
from district.kernel.outbox.delivery import deliver_due
from district.wechat.errors import PersonNotRecent, WechatUnavailable
from district.wechat.sandbox.messages import PushSettings, sealed
from tests.evidence.files import pdf, video
from tests.factories.members import make_operator, make_staff

OPENID, TRACE = "o-lin", "trace-1"


class Gateway:
    """Stands in for WeChat: fetches what it was asked about, as WeChat does."""

    def __init__(self, refusal=None):
        self.refusal, self.asked = refusal, []

    def check_picture(self, url, *, openid, scene):
        if self.refusal:
            raise self.refusal
        page = Client().get(url.partition(":8000")[2])
        assert page.status_code == 200
        self.asked.append((openid, len(b"".join(page.streaming_content))))
        return f"{TRACE}-{len(self.asked)}"


@pytest.fixture
def gateway(monkeypatch, settings):
    gateway = Gateway()
    settings.PUBLIC_URL = "http://127.0.0.1:8000"
    monkeypatch.setattr(check, "gateway", lambda: gateway)
    monkeypatch.setattr(check, "openid_of", lambda member: OPENID)
    return gateway


def state_of(file):
    file.refresh_from_db()
    return file.state


def test_a_picture_is_asked_about_once_and_opens_when_wechat_passes_it(hand_in, gateway):
    file = hand_in()

    assert (evidence.check_files(), evidence.check_files()) == (1, 0)
    assert gateway.asked == [(OPENID, file.served_bytes)]
    assert state_of(file) == CheckState.ASKED
    for suggestion in ("pass", "risky"):
        evidence.note_verdict(trace_id=f"{TRACE}-1", suggestion=suggestion, label=100)
    assert (state_of(file), file.check_label) == (CheckState.PASSED, 100)


@pytest.mark.parametrize("suggestion", ["review", "risky"])
def test_where_wechat_is_not_sure_a_person_judges_and_says_why(hand_in, gateway, suggestion):
    file, officer = hand_in(), make_operator("judge")
    evidence.check_files()
    evidence.note_verdict(trace_id=f"{TRACE}-1", suggestion=suggestion, label=20_002)
    assert state_of(file) == CheckState.HELD

    evidence.refuse_file(file=file, reason="与案件无关", by=officer)
    evidence.refuse_file(file=file, reason="再次", by=officer)
    evidence.note_verdict(trace_id=f"{TRACE}-1", suggestion="pass", label=100)
    assert (state_of(file), file.judged_by_id) == (CheckState.REFUSED, officer.pk)
    assert [
        line.facts["reason"] for line in AuditLine.objects.filter(verb="refuse_evidence_file")
    ] == ["与案件无关"]
    evidence.pass_file(file=file, by=officer)
    evidence.set_visibility(file=file, visibility=Visibility.PUBLIC, reason="", by=officer)
    evidence.refuse_file(file=file, reason="误判", by=officer)
    assert (state_of(file), file.visibility) == (CheckState.REFUSED, Visibility.PARTIES)


def test_whom_wechat_does_not_know_now_a_person_judges(hand_in, gateway):
    gateway.refusal = PersonNotRecent()
    file = hand_in()
    assert evidence.check_files() == 1
    assert state_of(file) == CheckState.HELD


def test_a_wechat_that_is_away_is_asked_again_and_then_a_person_judges(
    hand_in, gateway, monkeypatch
):
    gateway.refusal = WechatUnavailable()
    file = hand_in()
    now = clock.real_now()
    for attempt in range(1, 7):
        monkeypatch.setattr(clock, "real_now", lambda n=attempt: now + timedelta(minutes=10 * n))
        evidence.check_files()
        expected = CheckState.WAITING if attempt < 5 else CheckState.HELD
        assert state_of(file) == expected


def test_a_verdict_that_never_comes_is_a_persons_and_a_late_one_still_counts(
    hand_in, gateway, monkeypatch
):
    file = hand_in()
    evidence.check_files()
    now = clock.real_now()
    monkeypatch.setattr(clock, "real_now", lambda: now + timedelta(minutes=31))
    evidence.check_files()
    assert state_of(file) == CheckState.HELD
    evidence.note_verdict(trace_id=f"{TRACE}-1", suggestion="pass", label=100)
    assert state_of(file) == CheckState.PASSED


def test_a_verdict_before_we_know_whose_it_is_comes_again(hand_in, gateway):
    file = hand_in()
    EvidenceFile.objects.filter(pk=file.pk).update(
        attempts=1, next_attempt_at=clock.real_now() + timedelta(seconds=90)
    )
    with pytest.raises(check.VerdictTooEarly):
        evidence.note_verdict(trace_id="unknown", suggestion="pass", label=100)
    EvidenceFile.objects.filter(pk=file.pk).update(state=CheckState.HELD)
    evidence.note_verdict(trace_id="unknown", suggestion="pass", label=100)
    assert state_of(file) == CheckState.HELD


def test_papers_videos_and_files_of_staff_wait_for_a_person(hand_in, gateway):
    clerk = make_staff("clerk")
    files = [
        hand_in(pdf()),
        hand_in(video()),
        hand_in(owner=clerk, side=Side.MERCHANT),
    ]
    assert evidence.check_files() == 0
    assert {file.state for file in files} == {CheckState.HELD}


def test_the_message_that_wechat_pushes_opens_the_picture(hand_in, gateway, settings):
    settings.WECHAT_APPID, settings.WECHAT_MESSAGE_TOKEN = "wx0000000000000001", "AAAAA"
    settings.WECHAT_MESSAGE_KEYS = [key] = ["k" * 42 + "A"]
    file = hand_in()
    evidence.check_files()
    message = {
        "ToUserName": "gh_0",
        "FromUserName": OPENID,
        "CreateTime": 1_772_000_000,
        "MsgType": "event",
        "Event": "wxa_media_check",
        "trace_id": f"{TRACE}-1",
        "version": 2,
        "result": {"suggest": "pass", "label": 100},
    }
    push = PushSettings(url="/wechat/messages", token="AAAAA", encoding_aes_key=key)
    address, body = sealed(push, settings.WECHAT_APPID, message)
    for _ in range(2):
        assert Client().post(address, body, content_type="application/json").status_code == 200
        handle_due()
        deliver_due()

    assert state_of(file) == CheckState.PASSED

"""Messages between the sides of a case: masked, checked, read; and the notices of a shopper."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from credit.complaints import services as complaints
from credit.complaints.contact_masking import MASK, masked_text
from credit.complaints.errors import (
    CaseNotYours,
    MessageDecided,
    MessagesClosed,
    TooManyMessages,
)
from credit.complaints.machine.words import CaseActor
from credit.complaints.models import CaseMessage, CaseNotice
from credit.complaints.queries.messages import messages_of
from credit.complaints.services import messages as verbs
from district.kernel import attempts, clock
from district.members import personal
from district.members.models import WechatIdentity
from district.wechat.errors import PersonNotRecent, WechatUnavailable
from district.wechat.gateway import ContentVerdict, Suggestion
from tests.complaints.test_api import Phone
from tests.factories.loyalty import fresh_key, make_earning_store
from tests.factories.merchants import till_key_text

SHOPPER, MERCHANT = CaseActor.SHOPPER, CaseActor.MERCHANT


class Gateway:
    """WeChat with a verdict, or a refusal, that a test sets."""

    def __init__(self) -> None:
        self.verdict: Suggestion | Exception = Suggestion.PASS
        self.texts: list[str] = []

    def check_text(self, text: str, *, openid: str, scene: int) -> ContentVerdict:
        self.texts.append(text)
        if isinstance(self.verdict, Exception):
            raise self.verdict
        return ContentVerdict(self.verdict, 100, "t")


@pytest.fixture
def wechat_words(monkeypatch) -> Gateway:
    gateway = Gateway()
    monkeypatch.setattr(verbs, "gateway", lambda: gateway)
    return gateway


@pytest.fixture
def talking(scene):
    """An accepted case of a shopper whom WeChat knows, masked from the merchant."""
    if not scene.member.identities.exists():
        WechatIdentity.objects.create(
            member=scene.member,
            appid="wx",
            openid_hash=b"h",
            openid_sealed=personal.seal(scene.member, "openid", "oTalking"),
        )
    return scene.file(anonymity=1).do("accept_case", by=scene.officer)


def write(scene, actor, text="周六可以送来吗", key=None, by=None):
    by = by or scene.side(actor)
    with clock.travel_to(scene.now):
        return complaints.send_message(
            case=scene.case, actor=actor, by=by, text=text, key=key or fresh_key()
        )


@pytest.mark.parametrize(
    "text",
    [
        *("13800001234", "138 0000 1234", "138-0000-1234", "+8613800001234"),
        *("１３８００００１２３４", "0571-88001234", "400-820-8820", "330106199001011234"),
        *("33010619900101123X", "6222021234567890123", "微信号：wanghong88", "vx abc_1234"),
        *("QQ 1234567", "a.b@example.com", "https://example.com/x", "电话是88001234"),
    ],
)
def test_contact_data_is_masked(text):
    assert masked_text(f"请联系{text}，谢谢") == f"请联系{MASK}，谢谢"


@pytest.mark.parametrize(
    "text", ["订单 TS00000012，退 6000 元。", "6 月 1 日 14:30 到店", "共 12345678 分，"]
)
def test_other_numbers_stay_as_they_are(text):
    assert masked_text(text) == text


def test_each_side_reads_what_the_other_one_wrote_and_no_number(talking, wechat_words):
    key = fresh_key()
    nickname = talking.member.nickname
    sent = write(talking, SHOPPER, f"我是{nickname}，电话 13800001234", key)
    assert write(talking, SHOPPER, "再说一次", key).pk == sent.pk
    assert list(messages_of(talking.case, MERCHANT)) == []
    assert complaints.check_messages() == 1
    answer = write(talking, MERCHANT, "可以，我的微信 clerk_888")

    texts = [row.text for row in messages_of(talking.case, MERCHANT)]
    assert texts == [f"我是{MASK}，电话 {MASK}", f"可以，我的{MASK}"]
    assert wechat_words.texts == texts[:1]
    assert (sent.is_masked, answer.state) == (True, "sent")
    for _ in range(2):
        complaints.read_messages(case=talking.case, actor=MERCHANT, by=talking.clerk)
    sent.refresh_from_db()
    answer.refresh_from_db()
    assert (sent.read_at is None, answer.read_at) == (False, None)
    assert list(
        CaseNotice.objects.filter(kind="message").values_list("audience", "code").order_by("pk")
    ) == [("merchant", "message"), ("shopper", "message")]


@pytest.mark.parametrize(
    "verdict", [Suggestion.REVIEW, Suggestion.RISKY, PersonNotRecent()], ids=str
)
def test_what_is_not_clear_waits_for_a_person(talking, wechat_words, verdict):
    wechat_words.verdict = verdict
    messages = [write(talking, SHOPPER), write(talking, SHOPPER, "你们等着")]
    complaints.check_messages()
    assert list(messages_of(talking.case, MERCHANT)) == []
    complaints.release_message(message=messages[0], by=talking.officer)
    complaints.refuse_message(message=messages[1], reason="威胁", by=talking.officer)
    for verb in (
        lambda: complaints.release_message(message=messages[1], by=talking.officer),
        lambda: complaints.refuse_message(message=messages[0], reason="", by=talking.officer),
    ):
        with pytest.raises(MessageDecided):
            verb()

    assert [row.pk for row in messages_of(talking.case, MERCHANT)] == [messages[0].pk]
    codes = CaseNotice.objects.filter(kind="message").values_list("audience", "code")
    assert sorted(codes) == [
        ("merchant", "message"),
        ("officer", "message_held"),
        ("officer", "message_held"),
        ("shopper", "message_refused"),
    ]


def test_what_wechat_does_not_answer_waits_and_is_read_by_a_person_in_the_end(
    talking, wechat_words
):
    wechat_words.verdict = WechatUnavailable()
    message = write(talking, SHOPPER)
    assert complaints.check_messages() == 1
    message.refresh_from_db()
    assert (message.state, message.last_error) == ("checking", "WechatUnavailable")
    CaseMessage.objects.filter(pk=message.pk).update(
        attempts=attempts.MAX_ATTEMPTS, next_attempt_at=clock.real_now()
    )
    complaints.check_messages()
    message.refresh_from_db()

    assert message.state == "held"


def test_only_the_sides_write_and_only_while_the_case_is_open(scene, talking):
    with pytest.raises(CaseNotYours):
        write(talking, MERCHANT, by=talking.officer)
    with pytest.raises(CaseNotYours):
        write(talking, CaseActor.OFFICER, by=talking.officer)
    talking.do("withdraw_case", member=talking.member)
    with pytest.raises(MessagesClosed):
        write(talking, SHOPPER)
    talking.file(anonymity=2)
    with pytest.raises(MessagesClosed):
        write(talking, SHOPPER)
    talking.do("accept_case", by=talking.officer)
    with pytest.raises(MessagesClosed):
        write(talking, MERCHANT)


def test_twenty_messages_of_a_side_a_day(talking):
    for _ in range(20):
        write(talking, MERCHANT)
    with pytest.raises(TooManyMessages):
        write(talking, MERCHANT)
    write(talking, SHOPPER)
    talking.now += timedelta(days=1)
    assert write(talking, MERCHANT).number == 1


def test_what_was_written_stands(talking):
    message = write(talking, MERCHANT)
    changes = [
        {"text": "别的"},
        {"state": "held", "sent_at": None},
        {"sender": "shopper"},
        {"number": 21},
    ]
    for change in changes:
        with pytest.raises(IntegrityError), transaction.atomic():
            CaseMessage.objects.filter(pk=message.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        message.delete()


def test_a_shopper_hears_of_the_case_and_marks_what_was_seen(talking):
    phone = Phone(talking)
    path = f"me/complaints/{talking.case.public_id}/messages"
    written = phone.post(path, text="电话 13800001234")
    assert (written.status_code, written.json()["text"], written.json()["state"]) == (
        201,
        f"电话 {MASK}",
        "checking",
    )
    write(talking, MERCHANT)
    assert [row["is_mine"] for row in phone.get(path).json()["results"]] == [True, False]
    assert phone.post(f"{path}/read").json() == {"read": 1}
    notices = phone.get("me/case-notices").json()["results"]
    assert [row["text"] for row in notices] == ["您有新的留言", "案件有新进展：受理"]
    assert notices[0]["case_number"] == talking.case.number
    ids = [row["id"] for row in notices]
    office = CaseNotice.objects.filter(audience="officer").first()
    seen = [ids[0], office.public_id, "ntc_" + "0" * 22]
    assert [phone.post("me/case-notices/read", notices=seen).json()["read"] for _ in "ab"] == [1, 0]

    assert [row["is_read"] for row in phone.get("me/case-notices").json()["results"]] == [
        True,
        False,
    ]
    unread = phone.get("me/case-notices?unread=true").json()["results"]
    assert [row["id"] for row in unread] == ids[1:]


def test_a_merchants_system_writes_and_reads_with_its_till_key(talking):
    key = till_key_text(talking.store)
    path = f"/api/v1/till/complaints/{talking.case.public_id}/messages"

    def send(**headers):
        with clock.travel_to(talking.now):
            return Client().post(
                path,
                {"text": "请到店，微信 dianzhang_1"},
                content_type="application/json",
                HTTP_AUTHORIZATION=f"Bearer {headers.get('key', key)}",
                HTTP_IDEMPOTENCY_KEY="m-1",
            )

    first, again = send(), send()
    assert (first.status_code, first.json()) == (201, again.json())
    assert (first.json()["text"], first.json()["is_mine"]) == (f"请到店，{MASK}", True)
    message = CaseMessage.objects.get()
    assert (message.by, message.till is None, message.state) == (None, False, "sent")
    assert send(key=till_key_text(make_earning_store())).status_code == 404
    assert Client().post(f"{path}/read", HTTP_AUTHORIZATION=f"Bearer {key}").json() == {"read": 0}

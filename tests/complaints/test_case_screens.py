"""Cases in the back office: what each part sees of a case, and what its forms do."""

from datetime import timedelta

import pytest

from credit.complaints import services as complaints
from credit.complaints.admin.acts import ELSEWHERE, CaseAct
from credit.complaints.admin.complaints import CaseReviewAdmin, ComplaintAdmin
from credit.complaints.admin.tip_offs import TipOffAdmin
from credit.complaints.machine.transitions import TABLE
from credit.complaints.machine.words import SIDES, CaseActor
from credit.complaints.models import AnswerTemplate, CaseEventRow, ComplaintPolicy
from district.kernel import clock
from tests.admin.action_forms import act, once_of, text_of
from tests.admin.two_merchants import signed_in
from tests.factories.complaints import ComplaintScene, make_filing
from tests.factories.loyalty import fresh_key, make_earning_store

ADMIN = "/admin/complaints"
OFFICE = {CaseActor.OFFICER, CaseActor.REVIEWER}


class BackOffice:
    """Somebody at the back office at the scene's time."""

    def __init__(self, scene: ComplaintScene, user):
        self.scene, self.client = scene, signed_in(user)

    def page(self, path: str):
        with clock.travel_to(self.scene.now):
            return self.client.get(f"{ADMIN}/{path}")

    def act(self, name: str, **fields):
        with clock.travel_to(self.scene.now):
            address = self.address(name)
            seen = self.client.get(address).context["form"].initial["seen_seq"]
            return act(self.client, address, seen_seq=seen, **fields)

    def address(self, name: str) -> str:
        return f"{ADMIN}/complaint/{self.scene.case.pk}/{name}/"

    def offered(self) -> set[str]:
        page = self.page(f"complaint/{self.scene.case.pk}/change/")
        return {action.name for action, _url in page.context["row_actions"]}


@pytest.fixture
def office(scene) -> BackOffice:
    return BackOffice(scene, scene.officer)


@pytest.fixture
def counter(scene) -> BackOffice:
    return BackOffice(scene, scene.clerk)


def test_every_row_of_the_office_and_of_the_merchant_has_a_form():
    offered = {
        (action.part, action.action)
        for screen in (ComplaintAdmin, TipOffAdmin)
        for action in screen.row_actions
        if isinstance(action, CaseAct)
    }
    wanted = {
        (actor, row.action)
        for row in TABLE
        for actor in row.actors & (OFFICE | set(SIDES))
        if row.action not in ELSEWHERE
    }
    assert offered == wanted
    assert {action.part for action in CaseReviewAdmin.row_actions} == {CaseActor.REVIEWER}


def test_a_case_is_worked_by_both_parts(scene, office, counter):
    scene.file()
    assert office.offered() == {"accept", "refuse", "ask-info", "merge", "transfer"}
    assert office.act("accept", severity="serious").status_code == 302
    assert counter.offered() == {"merchant-answer"}
    counter.act("merchant-answer", stance="offer", note="可以退一部分。", evidence="小票\n录像")
    answer = CaseEventRow.objects.get(action="answer")
    assert (answer.by, len(answer.payload["details"]["evidence"])) == (scene.clerk, 2)
    counter.act("merchant-propose", remedy_kind="refund", remedy_fen="60.00")
    scene.case.refresh_from_db()
    scene.do("accept_proposal", actor=CaseActor.SHOPPER, by=scene.member.user)
    wrong = counter.act("merchant-mark-done", refund_fen="59", evidence="退款单", note="已退款")
    assert wrong.status_code == 422
    assert "退款金额须与处理方案一致" in text_of(wrong)
    assert "已退款" in text_of(wrong)
    assert counter.act("merchant-mark-done", refund_fen="60", evidence="退款单").status_code == 302
    scene.case.refresh_from_db()
    assert (scene.case.state, scene.case.refunded_fen) == ("awaiting_confirmation", 6_000)
    page = text_of(office.page(f"complaint/{scene.case.pk}/change/"))
    for words in ("诉求与事实", "当事人", "期限", "办理记录", "证据", "超时记录", "通知", "严重"):
        assert words in page


def test_a_decision_is_reviewed_by_somebody_else(scene, office):
    scene.in_mediation()
    decision = {
        "finding": "upheld",
        "severity": "ordinary",
        "rule": "公约第四条",
        "note": "价签不符。",
    }
    missing = office.act("decide", **decision)
    assert "投诉成立须写明处理方案" in text_of(missing)
    assert office.act("decide", remedy_kind="repair", **decision).status_code == 302
    scene.case.refresh_from_db()
    scene.do("appeal", actor=CaseActor.SHOPPER, by=scene.member.user, reasons="要退款。")
    assert office.offered() == {"transfer"}
    with clock.travel_to(scene.now):
        assert office.client.get(office.address("reviewer-confirm")).status_code == 403
    reviewer = BackOffice(scene, scene.reviewer)
    assert reviewer.offered() == {"reviewer-confirm", "reviewer-change", "transfer"}
    assert scene.case.number in text_of(reviewer.page("casereview/"))
    assert reviewer.act("reviewer-confirm", note="理由充分。").status_code == 302
    scene.case.refresh_from_db()
    assert scene.case.state == "remedy_due"


def test_what_was_typed_stays_when_somebody_was_faster(scene, office):
    scene.file()
    address = office.address("ask-info")
    with clock.travel_to(scene.now):
        page = office.client.get(address)
        stale = {"once": once_of(page), "seen_seq": "1", "note": "请补充购买日期。"}
    scene.do("accept_case", by=scene.reviewer)
    with clock.travel_to(scene.now):
        late = office.client.post(address, stale)
    assert late.status_code == 422
    assert "案件有了新的进展" in text_of(late)
    assert "请补充购买日期。" in text_of(late)
    assert CaseEventRow.objects.count() == 2


def test_a_form_sent_twice_is_one_act(scene, office):
    scene.file()
    address = office.address("ask-info")
    with clock.travel_to(scene.now):
        page = office.client.get(address)
        form = {"once": once_of(page), "seen_seq": "1", "note": "请补充购买日期。"}
        assert [office.client.post(address, form).status_code for _ in range(2)] == [302, 302]
    assert CaseEventRow.objects.filter(action="ask_info").count() == 1


def test_a_merchant_sees_its_own_cases_as_far_as_allowed(scene, counter):
    scene.member.nickname = "林小满"
    scene.member.save(update_fields=["nickname"])
    scene.file(anonymity=1, description="请打 13812345678。")
    path = f"complaint/{scene.case.pk}/change/"
    assert counter.page(path).status_code == 404
    assert scene.case.number not in text_of(counter.page("complaint/"))
    scene.do("accept_case", by=scene.officer)
    page = counter.page(path).content.decode()
    assert "林*" in page
    for hidden in ("林小满", "13812345678", scene.member.public_id, "超时记录"):
        assert hidden not in page
    stranger = BackOffice(scene, ComplaintScene(store=make_earning_store(), receipt_no="R9").clerk)
    assert stranger.page(path).status_code == 404
    with clock.travel_to(scene.now):
        assert stranger.client.get(stranger.address("merchant-answer")).status_code == 404
    for screen in ("tipoff", "casereview", "casebreach", "casenotice", "complaintpolicy"):
        assert counter.page(f"{screen}/").status_code == 403


def test_the_queue_begins_with_what_is_overdue(scene, office):
    scene.file()
    later = ComplaintScene(store=scene.store, now=scene.now + timedelta(days=1), receipt_no="R2")
    later.accepted()
    listed = text_of(office.page("complaint/"))
    # Its triage ends on 4 June at 0:00, the other's first answer is due at 10:00 of that day.
    assert listed.index(scene.case.number) < listed.index(later.case.number)
    scene.now += timedelta(days=30)
    assert "已超" in text_of(office.page("complaint/"))
    assert scene.case.number in text_of(office.page("complaint/?clock=triage"))
    assert later.case.number not in text_of(office.page("complaint/?clock=triage"))
    assert later.case.number in text_of(office.page("complaint/?due=over"))


def test_a_tip_off_is_checked_and_closed(scene, office):
    with clock.travel_to(scene.now):
        scene.case = complaints.tip_off(
            member=scene.member, filing=make_filing(scene.store), key=fresh_key()
        )
        base = f"{ADMIN}/tipoff/{scene.case.pk}"
        for name, fields in {
            "check": {"note": "已到店查看。"},
            "dismiss": {"reason": "no_facts"},
            "close": {"note": "没有发现问题。"},
        }.items():
            address = f"{base}/{name}/"
            seen = office.client.get(address).context["form"].initial["seen_seq"]
            assert act(office.client, address, seen_seq=seen, **fields).status_code == 302
    scene.case.refresh_from_db()
    assert scene.case.state == "closed"


def test_templates_are_kept_and_taken_over(scene, office):
    act(
        office.client,
        f"{ADMIN}/answertemplate/add/",
        action="refuse",
        title="缺凭证",
        text="请补充购物凭证后再次提交。",
    )
    template = AnswerTemplate.objects.get()
    again = act(
        office.client,
        f"{ADMIN}/answertemplate/add/",
        action="refuse",
        title="缺凭证",
        text="另一种说法",
    )
    assert "模板名称不能重复" in text_of(again)
    scene.file()
    assert office.act("refuse", reason="no_facts", template=template.pk).status_code == 302
    assert CaseEventRow.objects.get(action="refuse").note == template.text


def test_terms_are_proposed_after_a_look_announced_by_another_and_withdrawn(scene, office):
    address = f"{ADMIN}/complaintpolicy/add/"
    page = office.client.get(address)
    form = dict(page.context["form"].initial)
    tomorrow = clock.business_day(clock.now()) + timedelta(days=1)
    form |= {"version": "c-2", "effective_from": tomorrow.isoformat(), "reason": "试行"}
    wrong = office.client.post(address, form | {"term_triage": "五天"})
    assert (wrong.status_code, ComplaintPolicy.objects.count()) == (422, 0)
    too_long = office.client.post(address, form | {"term_triage": "8 工作日"})
    seen = office.client.post(address, form | {"term_triage": "1 工作日"})
    assert "2 工作日" in text_of(seen)
    mark = seen.context["mark"]
    assert "above_ceiling" in text_of(
        office.client.post(
            address, form | {"term_triage": "8 工作日", "seen": too_long.context["mark"]}
        )
    )
    office.client.post(address, form | {"term_triage": "1 工作日", "seen": mark})
    policy = ComplaintPolicy.objects.get()
    assert policy.document["terms"]["triage"] == {"amount": 1, "unit": "working_days"}
    assert policy.state == "proposed"
    own = f"{ADMIN}/complaintpolicy/{policy.pk}"
    assert office.client.get(f"{own}/approve/").status_code == 403
    other = signed_in(scene.reviewer)
    assert "1 工作日" in text_of(other.get(f"{own}/approve/"))
    assert "以生效日 9:00 开始的期限为例" in text_of(other.get(f"{own}/approve/"))
    assert act(other, f"{own}/approve/", note="").status_code == 302
    assert act(office.client, f"{own}/withdraw/", reason="另有规定").status_code == 302
    policy.refresh_from_db()
    assert policy.withdrawn_at is not None
